"""Identity providers for tests."""

from django.utils import timezone

from organizations.models import Membership, Organization
from provisioning.models import ExternalIdentity, IdentityProvider, Provider, SsoTest
from provisioning.models.sso import Protocol

ISSUER = "https://okta.example"


def add_provider(organization: Organization, **values) -> IdentityProvider:
    """Return an enabled OIDC provider of the organization, Okta."""
    defaults = {"provider": Provider.OKTA, "protocol": Protocol.OIDC, "issuer": ISSUER, "client_id": "x"}
    endpoints = {"issuer": ISSUER, "authorization_endpoint": f"{ISSUER}/authorize"}
    endpoints |= {"token_endpoint": f"{ISSUER}/token", "jwks_uri": f"{ISSUER}/keys"}
    defaults |= {"is_enabled": True, "metadata": endpoints, "metadata_read_at": timezone.now()}
    return IdentityProvider.objects.create(organization=organization, **(defaults | values))


def add_identity(member: Membership, subject: str = "") -> ExternalIdentity:
    """Link the member's user to what their organization's Okta calls them, by default the member's id."""
    return ExternalIdentity.objects.create(
        organization=member.organization,
        issuer=ISSUER,
        subject=subject or str(member.pk),
        user=member.user,
        email=member.email,
    )


def add_test(provider: IdentityProvider, *, passed: bool = True, **values) -> SsoTest:
    """Add a finished test of the provider's current settings."""
    defaults = {"version": provider.version, "tested_by": "Olga Ivanova"}
    return SsoTest.objects.create(identity_provider=provider, passed=passed, **(defaults | values))
