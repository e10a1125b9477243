"""Making organizations."""

from django.db import transaction

from accounts.models import User
from audit.services import record
from organizations.models import Organization, Scheme


@transaction.atomic
def create_organization(*, name: str, slug: str, scheme: Scheme, actor: User | None = None) -> Organization:
    """A new organization without members. IntegrityError where the slug is taken."""
    organization = Organization.objects.create(name=name, slug=slug, scheme=scheme)
    record(organization_id=organization.pk, actor=actor, action="organization.created", target=organization)
    return organization
