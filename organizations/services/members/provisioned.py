"""Members whom an identity provider manages (C-1 to C-4): creating, changing, linking, adopting and releasing them.

`actor` is anything with a `pk` and a str(): the connection, or the Admin who approved an adoption. These functions
change the organization's own member only, never a user's account, address or other organizations.
"""

from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from accounts.queries import get_second_factors
from accounts.services import lock_user
from audit.services import record, record_each
from base.policies import require
from organizations import policies
from organizations.models import ManagedBy, Membership, MembershipRole, Organization, Status
from organizations.queries import provisioned_role
from organizations.services.locks import lock_member, lock_organization
from organizations.services.members.pending import NewMember
from organizations.services.members.sign_in import end_sessions_of, sync_two_factor
from organizations.services.members.status import delete_locked_member


@transaction.atomic(savepoint=False)
def create_provisioned_member(
    *, actor: Any, organization: Organization, person: NewMember, active: bool = True
) -> Membership:
    """Add a member whom the identity provider manages. They have no user until they first sign in.

    They get the organization's everyday role for people who join by themselves. Raises IntegrityError if the email
    address belongs to another member, ValidationError if it isn't valid, and NoFreeSeats (A-9).
    """
    if active and organization.seat_limit:
        policies.require_free_seats(lock_organization(organization.pk))
    role = provisioned_role(organization)
    member = Membership(
        organization=organization,
        first_name=person.first_name,
        last_name=person.last_name,
        email=person.email,
        status=Status.ACTIVE if active else Status.DEACTIVATED,
        managed_by=ManagedBy.SCIM,
        role_order=role.rank,
    )
    member.save(force_insert=True)
    MembershipRole.objects.bulk_create([MembershipRole(organization_id=organization.pk, membership=member, role=role)])
    record(organization_id=organization.pk, actor=actor, action="member.provisioned", target=member)
    return member


@transaction.atomic(savepoint=False)
def update_provisioned_member(*, actor: Any, member: Membership, person: NewMember) -> bool:
    """Change the names and the address under which the organization lists the member. Return False if nothing changed.

    The address with which a user signs in stays as it is (C-4). Raises IntegrityError if another member has the
    address, and ValidationError if it isn't valid.
    """
    old_name, old_email = member.name, member.email
    if (member.first_name, member.last_name, member.email) == (person.first_name, person.last_name, person.email):
        return False
    member.first_name, member.last_name, member.email = person.first_name, person.last_name, person.email
    member.save(update_fields=["first_name", "last_name", "email"])
    changes = (("member.renamed", old_name, member.name), ("member.email_changed", old_email, member.email))
    record_each(
        {
            "organization_id": member.organization_id,
            "actor": actor,
            "action": action,
            "target": member,
            "data": {"from": old, "to": new},
        }
        for action, old, new in changes
        if old != new
    )
    return True


def _lock(member: Membership) -> Membership:
    """Lock the organization and the member, because the organization must keep an Admin (R-8)."""
    return lock_member(member, lock_organization(member.organization_id))


@transaction.atomic(savepoint=False)
def deactivate_provisioned_member(*, actor: Any, member: Membership) -> Membership:
    """End the member's access and sessions in this organization (C-3). Users of other organizations keep those.

    Returns the member as they are now. Raises Refused for the last Admin (R-8), and Membership.DoesNotExist.
    """
    member = _lock(member)
    if member.status == Status.DEACTIVATED:
        return member
    require(policies.can_deprovision(member))
    member.status = Status.DEACTIVATED
    member.save(update_fields=["status"])
    if member.user:
        lock_user(member.user)
    end_sessions_of(member)
    record(organization_id=member.organization_id, actor=actor, action="member.deactivated", target=member)
    return member


@transaction.atomic(savepoint=False)
def reactivate_provisioned_member(*, actor: Any, member: Membership) -> Membership:
    """Undo a deactivation. Returns the member as they are now. Raises Membership.DoesNotExist and NoFreeSeats (A-9)."""
    member = _lock(member)
    if member.status == Status.DEACTIVATED:
        policies.require_free_seats(member.organization)
        member.status = Status.ACTIVE
        member.save(update_fields=["status"])
        record(organization_id=member.organization_id, actor=actor, action="member.reactivated", target=member)
    return member


@transaction.atomic(savepoint=False)
def delete_provisioned_member(*, actor: Any, member: Membership) -> None:
    """Remove the member with their groups and projects, and end their sessions (C-3), as delete_member() does (U-13).

    Raises Refused for the last Admin (R-8), and Membership.DoesNotExist.
    """
    member = _lock(member)
    require(policies.can_deprovision(member))
    data = {"email": member.email}
    record(organization_id=member.organization_id, actor=actor, action="member.deleted", target=member, data=data)
    delete_locked_member(member)


@transaction.atomic
def adopt_member(*, actor: Any, member: Membership) -> Membership:
    """Let the identity provider manage a manual member (C-3). Their access, sessions and invitation stay.

    Returns the member as they are now. Raises Membership.DoesNotExist.
    """
    member = _lock(member)
    if member.managed_by != ManagedBy.SCIM:
        member.managed_by = ManagedBy.SCIM
        member.save(update_fields=["managed_by"])
        record(organization_id=member.organization_id, actor=actor, action="member.adopted", target=member)
    return member


@transaction.atomic
def release_member(*, actor: Any, member: Membership) -> Membership:
    """Make a managed member manual again. Returns the member as they are now. Raises Membership.DoesNotExist.

    Members who have never signed in become pending members whose invitation has expired, because a manual member
    needs a user. The caller creates that invitation (invitations.services.add_expired_invitations).
    """
    member = _lock(member)
    if member.managed_by != ManagedBy.SCIM:
        return member
    member.managed_by = ManagedBy.MANUAL
    fields = ["managed_by"]
    if member.user_id is None and member.status != Status.INVITED:
        member.status = Status.INVITED
        fields.append("status")
    member.save(update_fields=fields)
    record(organization_id=member.organization_id, actor=actor, action="member.released", target=member)
    return member


@transaction.atomic
def link_provisioned_member(*, member: Membership, user: User) -> bool:
    """Set the user of an active member without one, who signs in for the first time. Return False if it's too late.

    One conditional UPDATE decides between two first sign-ins at once, and between signing in and a deactivation.
    Raises IntegrityError if the user is already a member of the organization.
    """
    waiting = Membership.objects.filter(
        pk=member.pk, status=Status.ACTIVE, managed_by=ManagedBy.SCIM, user__isnull=True
    )
    if not waiting.update(user=user, joined_at=Now(), last_active_at=Now()):
        return False
    sync_two_factor(user=user, factors=get_second_factors(user))
    member.refresh_from_db()
    record(organization_id=member.organization_id, actor=member, action="member.joined", target=member)
    return True
