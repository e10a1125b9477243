"""What an editor of single sign-on had loaded, to notice what someone else has changed since."""

import json
from dataclasses import dataclass, field
from typing import Any, Self

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from provisioning.models import IdentityProvider, Provider
from provisioning.models.sso import Protocol

# The settings that pages show. Secrets and certificates aren't among them.
LABELS: dict[str, str | Promise] = {
    "provider": gettext_lazy("Provider"),
    "protocol": gettext_lazy("Protocol"),
    "issuer": gettext_lazy("Issuer"),
    "discovery_url": gettext_lazy("Discovery URL or issuer"),
    "client_id": gettext_lazy("Client ID"),
    "metadata_url": gettext_lazy("Metadata URL"),
    "sso_url": gettext_lazy("Sign-in URL"),
    "email_attribute": gettext_lazy("Attribute for the email address"),
    "first_name_attribute": gettext_lazy("Attribute for the first name"),
    "last_name_attribute": gettext_lazy("Attribute for the last name"),
}


@dataclass(frozen=True)
class Seen:
    """The version of the settings, 0 if there were none, and the values that the page shows."""

    version: int = 0
    values: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, provider: IdentityProvider | None) -> Self:
        if provider is None:
            return cls()
        return cls(provider.version, {name: getattr(provider, name) for name in LABELS})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read it from a form. Where the field was tampered with, nothing counts as seen."""
        try:
            data: Any = json.loads(text)
            return cls(int(data["version"]), {str(name): str(value) for name, value in data["values"].items()})
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
            return cls(-1)

    def to_json(self) -> str:
        return json.dumps({"version": self.version, "values": self.values})


def changes_since(seen: Seen, provider: IdentityProvider | None) -> list[str]:
    """Return what is different now, in sentences."""
    if provider is None:
        return [_("The settings were deleted.")]
    now = Seen.of(provider).values
    changed = [name for name in LABELS if now[name] != seen.values.get(name, "")]
    found = [_("%(label)s: %(value)s") % {"label": LABELS[name], "value": _value(name, now[name])} for name in changed]
    return found or [_("A secret or certificate was replaced.")]


def _value(name: str, value: str) -> str:
    if name == "provider":
        return str(Provider(value).label)
    return str(Protocol(value).label) if name == "protocol" else value or _("None")
