"""The result of a test of the connection, for the page and the report to copy."""

import json
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from provisioning.models import SsoTest

BECOMES: dict[str, str | Promise] = {
    "subject": gettext_lazy("Identity"),
    "email": gettext_lazy("Email address"),
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Last name"),
}


class Attribute(NamedTuple):
    """An attribute that came back: its value, masked unless it is used, and the field that it becomes, or ""."""

    name: str
    value: str
    becomes: str
    is_subject: bool


class CheckLine(NamedTuple):
    name: str
    found: str
    passed: bool


@dataclass(frozen=True)
class TestResult:
    """What the page shows of a test."""

    test: SsoTest

    @property
    def data(self) -> dict:
        return self.test.result

    @property
    def label(self) -> str:
        return self.test.identity_provider.label

    @property
    def is_old(self) -> bool:
        """Whether the settings have changed since."""
        return self.test.version != self.test.identity_provider.version

    @property
    def attributes(self) -> list[Attribute]:
        rows = self.data.get("attributes", [])
        return [Attribute(name, value, str(BECOMES.get(used, "")), used == "subject") for name, value, used in rows]

    @property
    def used(self) -> int:
        return sum(bool(attribute.becomes) for attribute in self.attributes)

    @property
    def ignored(self) -> int:
        return len(self.attributes) - self.used

    @property
    def checks(self) -> list[CheckLine]:
        return [CheckLine(*row) for row in self.data.get("checks", [])]

    @property
    def raw(self) -> str:
        """The masked answer as JSON."""
        return json.dumps({each.name: each.value for each in self.attributes}, indent=2, ensure_ascii=False)

    @property
    def report(self) -> str:
        """Everything as text, to send to the people who manage the provider."""
        title = _("The test passed") if self.test.passed else _("The test failed")
        lines = [f"{title} ({self.label}, {self.test.at:%Y-%m-%d %H:%M} UTC)"]
        lines += [self.data[name] for name in ("reason", "fix") if self.data.get(name)]
        lines += [_("What would happen:"), *(f"- {line}" for line in self.data.get("lines", []))]
        lines += [_("What came back:")]
        lines += [f"- {each.name}: {each.value} → {each.becomes or _('Ignored')}" for each in self.attributes]
        lines += [_("What we checked:")]
        lines += [
            f"- {check.name}: {check.found} ({_('OK') if check.passed else _('failed')})" for check in self.checks
        ]
        return "\n".join(lines)
