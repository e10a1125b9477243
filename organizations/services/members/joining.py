"""Members who join without an invitation: automatically by their address, by single sign-on, or after asking (O-5)."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.queries import get_second_factors
from audit.services import record
from base.policies import require
from organizations import policies
from organizations.models import Membership, MembershipRole, Organization, Role, Status
from organizations.services.locks import lock_organization, reload_roles
from organizations.services.members.sign_in import sync_two_factor


@transaction.atomic
def add_active_member(
    *,
    organization: Organization,
    user: User,
    roles: Sequence[Role],
    actor: Any,
    first_name: str,
    last_name: str,
    email: str,
) -> Membership:
    """Make a user an active member with these roles, without an invitation. The welcome dialog is still to come (J-6).

    `actor` approved it, or is None if the person joined by themselves. The caller checks who may join. Raises Refused
    if a role is gone or not the organization's, NoFreeSeats (A-9), and IntegrityError if the user or the
    address is a member, or invited.
    """
    organization = lock_organization(organization.pk)
    roles = reload_roles(roles)
    require(policies.roles_allowed(organization, roles))
    policies.require_free_seats(organization)
    member = Membership.objects.create(
        organization=organization,
        user=user,
        first_name=first_name,
        last_name=last_name,
        email=email,
        status=Status.ACTIVE,
        joined_at=timezone.now(),
        role_order=min(role.rank for role in roles),
    )
    links = [MembershipRole(organization=organization, membership=member, role=role) for role in roles]
    MembershipRole.objects.bulk_create(links)
    sync_two_factor(user=user, factors=get_second_factors(user))
    member.refresh_from_db()
    record(organization_id=organization.pk, actor=actor or member, action="member.joined", target=member)
    return member
