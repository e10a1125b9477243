"""Reads of identity providers."""

from provisioning.models import IdentityProvider


def provider_at(slug: str) -> IdentityProvider | None:
    """Return the enabled provider of the organization with this slug, unless the organization is suspended."""
    providers = IdentityProvider.objects.select_related("organization")
    return providers.filter(organization__slug=slug, organization__is_active=True, is_enabled=True).first()
