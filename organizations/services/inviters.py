"""The inviter of a pending member, who must be able to give the roles that the member has."""

from collections.abc import Iterable

from organizations import policies
from organizations.models import Membership, Status
from organizations.queries import all_roles_of


def take_over(actor: Membership, members: Iterable[Membership]) -> None:
    """Make `actor` the inviter of the pending members whose inviter couldn't give them the roles they have now.

    Accepting an administrative role needs an active inviter who could give it (invitations.policies.can_accept).
    `actor` has just given the role and becomes the inviter, as after a resend. Call it under the organization's lock.
    """
    for member in members:
        if member.status == Status.INVITED and not _can_give_roles_of(member.invited_by, member):
            Membership.objects.filter(pk=member.pk).update(invited_by=actor)


def _can_give_roles_of(inviter: Membership | None, member: Membership) -> bool:
    if inviter is None or inviter.status != Status.ACTIVE:
        return False
    return bool(policies.can_give_roles(inviter, all_roles_of(member)))
