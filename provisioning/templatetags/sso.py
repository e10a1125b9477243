"""The identity provider to offer with an invitation, whose app knows nothing of providers."""

from django import template
from django.urls import reverse
from django.utils.http import urlencode

from organizations.models import Organization
from provisioning.models import IdentityProvider
from provisioning.queries.providers import provider_at

register = template.Library()


@register.simple_tag
def sso_of(organization: Organization) -> IdentityProvider | None:
    """Return the organization's enabled provider. One query."""
    return provider_at(organization.slug)


@register.simple_tag
def sso_url(identity_provider: IdentityProvider, next_url: str = "") -> str:
    """Return the URL that leads to the provider, and to `next_url` after signing in."""
    url = reverse("sso_start", args=[identity_provider.organization.slug])
    return f"{url}?{urlencode({'next': next_url})}" if next_url and next_url != "/" else url
