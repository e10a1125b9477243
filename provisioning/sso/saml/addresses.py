"""Our own names and addresses as a SAML service provider: one set per organization."""

from django.conf import settings
from django.urls import reverse

from organizations.models import Organization


def entity_id(organization: Organization) -> str:
    """Return our name for this organization's identity provider. It's also where our metadata is."""
    return _url("sso_metadata", organization)


def acs_url(organization: Organization) -> str:
    """Return where the identity provider posts its answers (Assertion Consumer Service)."""
    return _url("sso_acs", organization)


def slo_url(organization: Organization) -> str:
    """Return where the identity provider ends sessions (Single Logout Service)."""
    return _url("sso_slo", organization)


def _url(name: str, organization: Organization) -> str:
    return settings.BASE_URL + reverse(name, args=[organization.slug])
