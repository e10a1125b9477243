"""The identity provider to offer on pages of apps that know nothing of providers: signing in, and invitations."""

import re

from django import template
from django.urls import reverse
from django.utils.http import urlencode

from organizations.models import Organization
from provisioning.models import IdentityProvider
from provisioning.queries.providers import provider_at

register = template.Library()
# The organization of a page.
PAGE = re.compile(r"/o/([-\w]+)/", re.ASCII)


@register.simple_tag
def sso_of(organization: Organization) -> IdentityProvider | None:
    """Return the organization's enabled provider. One query."""
    return provider_at(organization.slug)


@register.simple_tag
def sso_of_page(url: object) -> IdentityProvider | None:
    """Return the enabled provider of the organization that the page at this path belongs to.

    None for an unknown organization as for one without a provider, so that neither can be told from the other.
    """
    match = PAGE.match(str(url or ""))
    return provider_at(match[1]) if match else None


@register.simple_tag
def sso_url(identity_provider: IdentityProvider, next_url: str = "") -> str:
    """Return the URL that leads to the provider, and to `next_url` after signing in."""
    url = reverse("sso_start", args=[identity_provider.organization.slug])
    return f"{url}?{urlencode({'next': next_url})}" if next_url and next_url != "/" else url
