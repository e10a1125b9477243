"""Copies of what an identity provider publishes: its metadata and keys."""

from typing import Any

from provisioning.models import IdentityProvider


def save_copy(*, identity_provider: IdentityProvider, **values: Any) -> None:
    """Save what was read from the provider, unless its settings have changed in the meantime. `values` are fields."""
    current = IdentityProvider.objects.filter(pk=identity_provider.pk, version=identity_provider.version)
    current.update(**values)
    for name, value in values.items():
        setattr(identity_provider, name, value)
