"""Deactivating, reactivating and deleting members who joined."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.services import delete_user, end_sessions, lock_user
from audit.services import record
from base.policies import Refused, require
from organizations import policies
from organizations.models import Membership, Status
from organizations.queries import shared_with_others
from organizations.services.locking import lock_both, take_time


@transaction.atomic
def deactivate_member(*, actor: Membership, member: Membership) -> Membership:
    """Takes the member's access and ends their sessions; roles, groups and projects stay (U-10, U-11).

    Returns the member as they are now. Raises Refused, or Membership.DoesNotExist where they are gone.
    """
    actor, member = lock_both(actor, member)
    require(policies.can_deactivate_member(actor, member))
    member.status = Status.DEACTIVATED
    member.save(update_fields=["status"])
    # Of two organizations that do so at once, the second finds that it was the last.
    if member.user and (user := lock_user(member.user)) and not shared_with_others(member):
        end_sessions(user=user)
    record(organization_id=member.organization_id, actor=actor, action="member.deactivated", target=member)
    return member


@transaction.atomic
def reactivate_member(*, actor: Membership, member: Membership) -> Membership:
    """Undoes deactivate_member() (U-10); errors and return as there."""
    actor, member = lock_both(actor, member)
    require(policies.can_reactivate_member(actor, member))
    member.status = Status.ACTIVE
    member.save(update_fields=["status"])
    record(organization_id=member.organization_id, actor=actor, action="member.reactivated", target=member)
    return member


@transaction.atomic
def delete_member(*, actor: Membership, member: Membership) -> None:
    """Removes a member with groups, projects and sessions, and their user where no organization is left (U-13).

    Who has not accepted is for invitations.services.withdraw_invitation(), which also revokes the invitation.
    Raises Refused, or Membership.DoesNotExist where they are gone.
    """
    actor, member = lock_both(actor, member)
    if member.status == Status.INVITED:
        raise Refused(_("%(name)s has not joined yet.") % {"name": member.name})
    require(policies.can_delete_member(actor, member))
    assert member.user is not None
    # What other organizations do with the user waits, or is seen: one that lets them go as well, or lets them in.
    user, organization = lock_user(member.user), member.organization
    record(
        organization_id=organization.pk,
        actor=actor,
        action="member.deleted",
        target=member,
        data={"email": member.email},
    )
    take_time()  # whom they invited forget by whom: a founder may have invited a million
    member.delete()
    if user.memberships.exists() or user.is_staff:
        end_sessions(user=user)
    else:
        delete_user(user=user)
