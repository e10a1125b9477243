"""Deactivating, reactivating and deleting members who have joined."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.services import delete_user, end_sessions, lock_user
from audit.services import record
from base.policies import Refused, require
from organizations import policies
from organizations.models import Membership, Status
from organizations.services.locks import lock_actor_and_member, without_statement_timeout
from organizations.services.members.sign_in import end_sessions_of


@transaction.atomic
def deactivate_member(*, actor: Membership, member: Membership) -> Membership:
    """Deactivate the member and end their sessions. They keep roles, groups and projects (U-10, U-11).

    Their sessions go on in their other organizations. Reactivating the member doesn't bring them back here.
    Returns the member as they are now. Raises Refused and Membership.DoesNotExist.
    """
    actor, member = lock_actor_and_member(actor, member)
    require(policies.can_deactivate_member(actor, member))
    member.status = Status.DEACTIVATED
    member.save(update_fields=["status"])
    # The user is locked, so if two organizations deactivate them at once, the second one sees that it was the last.
    if member.user:
        lock_user(member.user)
    end_sessions_of(member)
    record(organization_id=member.organization_id, actor=actor, action="member.deactivated", target=member)
    return member


@transaction.atomic
def reactivate_member(*, actor: Membership, member: Membership) -> Membership:
    """Undo deactivate_member() (U-10). Same return value and errors, and NoFreeSeats (A-9)."""
    actor, member = lock_actor_and_member(actor, member)
    require(policies.can_reactivate_member(actor, member))
    policies.require_free_seats(member.organization)
    member.status = Status.ACTIVE
    member.save(update_fields=["status"])
    record(organization_id=member.organization_id, actor=actor, action="member.reactivated", target=member)
    return member


@transaction.atomic
def delete_member(*, actor: Membership, member: Membership) -> None:
    """Delete a member with their groups, projects and sessions, and their user if it has no other organization (U-13).

    Users who are active in other organizations stay signed in there.

    For pending members, use invitations.services.withdraw_invitation(), which also revokes the invitation. Raises
    Refused and Membership.DoesNotExist.
    """
    actor, member = lock_actor_and_member(actor, member)
    if member.status == Status.INVITED:
        raise Refused(_("%(name)s hasn’t joined yet.") % {"name": member.name})
    require(policies.can_delete_member(actor, member))
    record(
        organization_id=member.organization_id,
        actor=actor,
        action="member.deleted",
        target=member,
        data={"email": member.email},
    )
    delete_locked_member(member)


def delete_locked_member(member: Membership) -> None:
    """Delete a member under the organization's lock. Who may do it, and the audit entry, are the caller's.

    Raises Refused if it can't go, like the last Admin (R-8).
    """
    require(policies.is_not_last_admin(member))
    # Under the user's lock, other organizations that delete or add the same user either wait or have already finished.
    user = lock_user(member.user) if member.user else None
    # Deleting clears invited_by of everyone they invited. The first Admin may have invited a million members.
    without_statement_timeout()
    member.delete()
    if user is None:
        return
    others = set(user.memberships.values_list("status", flat=True))
    if not others and not user.is_staff:
        delete_user(user=user)
    elif Status.ACTIVE not in others:
        end_sessions(user=user)
