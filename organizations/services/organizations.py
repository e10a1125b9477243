"""Creating organizations."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.queries import has_two_factor
from accounts.services import create_verified_user
from audit.services import record
from base import text
from organizations.models import Membership, MembershipRole, Organization, Role, Scheme, Status
from organizations.roles import admin_role_id
from organizations.services.members.pending import NewMember


@transaction.atomic
def create_organization(
    *, name: str, slug: str, scheme: Scheme, actor: Any = None, data: dict[str, Any] | None = None
) -> Organization:
    """Create an organization without members. Raises IntegrityError if the slug is taken.

    `actor` and `data` are for the audit entry, as for audit.services.record().
    """
    organization = Organization.objects.create(name=name, slug=slug, scheme=scheme)
    record(organization_id=organization.pk, actor=actor, action="organization.created", target=organization, data=data)
    return organization


@transaction.atomic
def create_organization_with_admin(
    *,
    name: str,
    slug: str,
    scheme: Scheme,
    admin: NewMember,
    actor: Any = None,
    data: dict[str, Any] | None = None,
) -> Membership:
    """Create an organization with its first Admin (R-8), and return the Admin.

    There is no one to invite the first Admin, so they are active at once. Their user is the existing one with this
    email address, or a new one without a password. Raises ValidationError, by field, if the name, slug or scheme is
    invalid.
    """
    Organization(name=name, slug=slug, scheme=scheme).full_clean(exclude=["allowed_email_domains"])
    organization = create_organization(name=name, slug=slug, scheme=scheme, actor=actor, data=data)
    email = text.canonical_email(admin.email)
    user = User.objects.filter(email=email).first() or create_verified_user(
        email=email, first_name=admin.first_name, last_name=admin.last_name, password=None
    )
    role = Role.objects.get(pk=admin_role_id(scheme))
    member = Membership.objects.create(
        organization=organization,
        user=user,
        status=Status.ACTIVE,
        first_name=admin.first_name,
        last_name=admin.last_name,
        email=admin.email,
        joined_at=timezone.now(),
        role_order=role.rank,
        two_factor=has_two_factor(user),
    )
    MembershipRole.objects.create(organization=organization, membership=member, role=role)
    record(organization_id=organization.pk, actor=member, action="member.joined", target=member)
    return member
