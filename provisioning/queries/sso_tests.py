"""Finished tests of an identity provider's connection."""

from uuid import UUID

from organizations.models import Organization
from provisioning.models import IdentityProvider, SsoTest


def provider_of(organization: Organization) -> IdentityProvider | None:
    """Return the organization's identity provider, if one was chosen."""
    provider = IdentityProvider.objects.filter(organization=organization).first()
    if provider is not None:
        provider.organization = organization
    return provider


def last_test(identity_provider: IdentityProvider) -> SsoTest | None:
    """Return the last test of the settings as they are now, if any."""
    tests = SsoTest.objects.filter(identity_provider=identity_provider, version=identity_provider.version)
    return tests.order_by("-at").first()


def find_test(organization: Organization, test_id: UUID) -> SsoTest | None:
    """Return a test of the organization's provider."""
    tests = SsoTest.objects.filter(identity_provider__organization=organization, pk=test_id)
    return tests.select_related("identity_provider").first()


def seen_attributes(identity_provider: IdentityProvider) -> list[str]:
    """Return the names of the attributes that came back in the last test, to choose from."""
    test = SsoTest.objects.filter(identity_provider=identity_provider).order_by("-at").first()
    return [row[0] for row in test.result.get("attributes", [])] if test else []
