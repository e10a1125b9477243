"""Who answers for what somebody is offered who has not accepted yet."""

from collections.abc import Iterable

from organizations import policies
from organizations.models import Membership, Status
from organizations.queries import all_roles_of


def answer_for(actor: Membership, members: Iterable[Membership]) -> None:
    """Who accepts an administrative role needs a living inviter who could give it (invitations.policies.can_accept):
    where the inviter of one of these members could not give what they have now, `actor`, who gave it just now, answers
    for it, as after a resend. The members are read under the lock."""
    for member in members:
        if member.status == Status.INVITED and not _able(member.invited_by, member):
            Membership.objects.filter(pk=member.pk).update(invited_by=actor)


def _able(inviter: Membership | None, member: Membership) -> bool:
    if inviter is None or inviter.status != Status.ACTIVE:
        return False
    return bool(policies.can_give_roles(inviter, all_roles_of(member)))
