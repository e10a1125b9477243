"""Making organizations."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.queries import has_two_factor
from accounts.services import create_verified_user
from audit.services import record
from base import text
from organizations.models import Membership, MembershipRole, Organization, Role, Scheme, Status
from organizations.roles import admin_role_id
from organizations.services.joining import Person


@transaction.atomic
def create_organization(*, name: str, slug: str, scheme: Scheme, actor: User | None = None) -> Organization:
    """A new organization without members. IntegrityError where the slug is taken."""
    organization = Organization.objects.create(name=name, slug=slug, scheme=scheme)
    record(organization_id=organization.pk, actor=actor, action="organization.created", target=organization)
    return organization


@transaction.atomic
def found_organization(*, name: str, slug: str, scheme: Scheme, founder: Person) -> Membership:
    """A new organization with its first Admin (R-8), whom nobody can invite: active at once, as the user who has that
    address, or a new one without a password.

    ValidationError, by field, where name, slug or scheme is none that can be.
    """
    Organization(name=name, slug=slug, scheme=scheme).full_clean(exclude=["allowed_email_domains"])
    organization = create_organization(name=name, slug=slug, scheme=scheme)
    email = text.canonical_email(founder.email)
    user = User.objects.filter(email=email).first() or create_verified_user(
        email=email, first_name=founder.first_name, last_name=founder.last_name, password=None
    )
    role = Role.objects.get(pk=admin_role_id(scheme))
    member = Membership.objects.create(
        organization=organization,
        user=user,
        status=Status.ACTIVE,
        first_name=founder.first_name,
        last_name=founder.last_name,
        email=founder.email,
        joined_at=timezone.now(),
        role_order=role.rank,
        two_factor=has_two_factor(user),
    )
    MembershipRole.objects.create(organization=organization, membership=member, role=role)
    record(organization_id=organization.pk, actor=member, action="member.joined", target=member)
    return member
