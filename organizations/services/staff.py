"""What platform staff do with organizations and members in the backoffice (B-1).

The organization's own audit log names "Platform staff" and the reason.
"""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import PlatformStaff
from audit.services import record
from base.policies import Refused
from organizations.models import ManagedBy, Membership, Organization, Scheme
from organizations.services.locks import lock_member, lock_organization
from organizations.services.members.pending import NewMember
from organizations.services.members.status import delete_locked_member
from organizations.services.organizations import create_organization_with_admin


def _record(staff: User, organization: Organization, action: str, target: Any, **data: Any) -> None:
    actor = PlatformStaff(staff.pk)
    record(organization_id=organization.pk, actor=actor, action=action, target=target, data=data)


def create_organization_as_staff(
    *, staff: User, name: str, slug: str, scheme: Scheme, seat_limit: int, admin: NewMember, reason: str, plan: str = ""
) -> Membership:
    """Create an organization with its first Admin, and return the Admin. Raises ValidationError by field."""
    actor = PlatformStaff(staff.pk)
    with transaction.atomic():
        member = create_organization_with_admin(
            name=name, slug=slug, scheme=scheme, admin=admin, actor=actor, data={"reason": reason}
        )
        Organization.objects.filter(pk=member.organization_id).update(seat_limit=seat_limit, plan=plan)
    return member


@transaction.atomic
def suspend_organization(*, staff: User, organization: Organization, reason: str) -> None:
    """Close the organization for everyone, from the next request on. Nothing in it is changed."""
    organization = lock_organization(organization.pk)
    if not organization.is_active:
        raise Refused(_("%(organization)s is already suspended.") % {"organization": organization.name})
    Organization.objects.filter(pk=organization.pk).update(is_active=False)
    _record(staff, organization, "organization.suspended", organization, reason=reason)


@transaction.atomic
def resume_organization(*, staff: User, organization: Organization, reason: str) -> None:
    """Open a suspended organization again."""
    organization = lock_organization(organization.pk)
    if organization.is_active:
        raise Refused(_("%(organization)s isn’t suspended.") % {"organization": organization.name})
    Organization.objects.filter(pk=organization.pk).update(is_active=True)
    _record(staff, organization, "organization.resumed", organization, reason=reason)


@transaction.atomic
def set_subscription(*, staff: User, organization: Organization, plan: str, limit: int, reason: str) -> None:
    """Set the organization's plan, a name, and how many seats it has, 0 for no limit (A-9).

    Members who are over the limit stay.
    """
    organization = lock_organization(organization.pk)
    Organization.objects.filter(pk=organization.pk).update(seat_limit=limit, plan=plan)
    change = {"from": organization.seat_limit, "to": limit}
    _record(staff, organization, "organization.seats_changed", organization, reason=reason, **change)
    if plan != organization.plan:
        plans = {"from": organization.plan or "–", "to": plan or "–"}
        _record(staff, organization, "organization.plan_changed", organization, reason=reason, **plans)


@transaction.atomic
def remove_managed_member(*, staff: User, member: Membership, reason: str) -> None:
    """Remove a member whom an identity provider manages and no Admin can delete (U-16). The last Admin stays (R-8).

    Raises Refused and Membership.DoesNotExist.
    """
    organization = lock_organization(member.organization_id)
    member = lock_member(member, organization)
    if member.managed_by != ManagedBy.SCIM:
        raise Refused(_("%(name)s isn’t managed by an identity provider. An Admin can delete them.") % {"name": member})
    label = {"email": member.email, "reason": reason}
    _record(staff, organization, "member.removed_by_staff", member, **label)
    delete_locked_member(member)
