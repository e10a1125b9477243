"""The inviter of a pending member, who must be able to give the roles that the member has."""

from collections.abc import Iterable

from base.policies import require
from organizations import policies
from organizations.models import Membership, Status
from organizations.queries import all_roles_of, stored_member


def take_over(actor: Membership, members: Iterable[Membership]) -> None:
    """Make `actor` the inviter of the pending members whose inviter couldn't give them the roles they have now.

    Accepting an administrative role needs an active inviter who could give it (invitations.policies.can_accept).
    `actor` has just given the role and becomes the inviter, as after a resend. Call it under the organization's lock.
    Raises Refused for an organization's key, which can't be an inviter, if the role is administrative.
    """
    for member in members:
        if member.status == Status.INVITED:
            inviter = inviter_after(actor, member, keep=_can_give_roles_of(member.invited_by, member))
            if inviter != member.invited_by:
                Membership.objects.filter(pk=member.pk).update(invited_by=inviter)


def inviter_after(actor: Membership, member: Membership, *, keep: bool = False) -> Membership | None:
    """Return a pending member's inviter after a change by `actor`: `actor`, or with `keep` the current inviter.

    With an organization's key, the inviter stays. Raises Refused if the inviter couldn't give the roles.
    """
    if keep:
        return member.invited_by
    if stored := stored_member(actor):
        return stored
    if not _can_give_roles_of(member.invited_by, member):
        require(policies.can_be_inviter(actor, all_roles_of(member)))
    return member.invited_by


def _can_give_roles_of(inviter: Membership | None, member: Membership) -> bool:
    if inviter is None or inviter.status != Status.ACTIVE:
        return False
    return bool(policies.can_give_roles(inviter, all_roles_of(member)))
