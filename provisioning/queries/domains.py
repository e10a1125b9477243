"""Which organization owns an email address: the one that verified its domain (O-5).

A domain whose TXT record has been gone for a week no longer owns any address, even if no background check runs.
"""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from base.text import canonical_email
from organizations.models import Organization
from provisioning.models import Domain, IdentityProvider, SetupLink


def domain_of(email: str) -> str:
    """Return the domain of an address in its canonical form, "" if the address isn't valid."""
    try:
        return canonical_email(email).rpartition("@")[2]
    except ValidationError:
        return ""


def _verified() -> QuerySet[Domain]:
    oldest = timezone.now() - timedelta(days=settings.DOMAIN_GRACE_DAYS)
    present = Q(missing_since=None) | Q(missing_since__gt=oldest)
    return Domain.objects.filter(present, verified_at__isnull=False)


def verified_domains(organization: Organization) -> list[str]:
    """Return the names of the organization's verified domains, sorted."""
    return list(_verified().filter(organization=organization).order_by("name").values_list("name", flat=True))


def owns_address(organization: Organization, email: str) -> bool:
    """Return whether the organization has verified the address's domain. Subdomains are domains of their own."""
    return _verified().filter(organization=organization, name=domain_of(email)).exists()


def organization_of_address(email: str) -> Organization | None:
    """Return the organization that verified the address's domain, unless it is suspended."""
    domains = _verified().filter(name=domain_of(email), organization__is_active=True)
    domain = domains.select_related("organization__join_role").first()
    return domain.organization if domain else None


def sso_of_address(email: str) -> IdentityProvider | None:
    """Return the enabled identity provider of the organization that verified the address's domain, if any."""
    organization = organization_of_address(email)
    if organization is None:
        return None
    providers = IdentityProvider.objects.select_related("organization")
    return providers.filter(organization=organization, is_enabled=True).first()


def domains_in(organization: Organization) -> QuerySet[Domain]:
    """Return the organization's domains: verified ones first, then by name."""
    domains = Domain.objects.filter(organization=organization).select_related("organization")
    return domains.order_by(F("verified_at").asc(nulls_last=True), "name")


def domain_in(organization: Organization, domain_id: UUID) -> Domain | None:
    """Return one of the organization's domains, or None."""
    return domains_in(organization).filter(pk=domain_id).first()


def domains_of_link(link: SetupLink) -> QuerySet[Domain]:
    """Return the domains that a setup link added or took up."""
    return domains_in(link.organization).filter(setup_link=link)
