"""What the Domains page says about each domain: its state, its TXT record, and what the last check found."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from provisioning.models import Domain
from provisioning.services.domain_checks import Problem
from provisioning.txt_records import TxtRecord, txt_record

LABELS: dict[str, tuple[str | Promise, str]] = {
    "verified": (gettext_lazy("Verified"), "success"),
    "pending": (gettext_lazy("Pending"), "warning"),
    "missing": (gettext_lazy("Record missing"), "danger"),
    "lapsed": (gettext_lazy("No longer verified"), "danger"),
}
FINDINGS: dict[str, str | Promise] = {
    Problem.NONE: gettext_lazy("no TXT record at this name yet"),
    Problem.DIFFERENT: gettext_lazy("the TXT record has a different value"),
    Problem.FAILED: gettext_lazy("DNS didn’t answer in time. Try again in a few minutes"),
    Problem.TAKEN: gettext_lazy("the record is right, but another organization has verified this domain"),
}
HEADINGS: dict[str, str | Promise] = {
    Problem.NONE: gettext_lazy("The TXT record is gone"),
    Problem.DIFFERENT: gettext_lazy("The TXT record has a different value"),
    Problem.FAILED: gettext_lazy("DNS doesn’t answer for this domain"),
    Problem.TAKEN: gettext_lazy("Another organization has verified this domain"),
}


@dataclass(frozen=True)
class DomainRow:
    """A domain with its state and URLs. `check_url` and `remove_url` are "" for those who can't do it."""

    domain: Domain
    check_url: str = ""
    remove_url: str = ""
    members_url: str = ""

    @property
    def state(self) -> str:
        if self.domain.missing_since:
            return "missing" if self.domain.verified_at else "lapsed"
        return "verified" if self.domain.verified_at else "pending"

    @property
    def label(self) -> str:
        return str(LABELS[self.state][0])

    @property
    def tone(self) -> str:
        return LABELS[self.state][1]

    @property
    def is_alarming(self) -> bool:
        return self.state in ("missing", "lapsed")

    @property
    def record(self) -> TxtRecord:
        return txt_record(self.domain.name, self.domain.token)

    @property
    def values(self) -> list[tuple[str, str]]:
        """The values to copy to the DNS provider."""
        return [(_("Type"), "TXT"), (_("Name"), self.record.name), (_("Value"), self.record.value), ("TTL", "300")]

    @property
    def finding(self) -> str:
        """What the last check found instead of the record, "" if the record was there."""
        if self.is_alarming and self.domain.problem == Problem.NONE:
            return _("no TXT record at this name")
        return str(FINDINGS.get(self.domain.problem, ""))

    @property
    def heading(self) -> str:
        """The heading of the notice about a domain that was verified."""
        return str(HEADINGS.get(self.domain.problem, HEADINGS[Problem.NONE]))

    @property
    def lapses_at(self) -> datetime | None:
        """When a domain whose record is missing is no longer verified."""
        since = self.domain.missing_since
        return since + timedelta(days=settings.DOMAIN_GRACE_DAYS) if since else None

    @property
    def menu(self) -> list[dict[str, object]]:
        if not self.remove_url:
            return []
        remove = {"label": _("Remove domain"), "icon": "trash", "url": self.remove_url, "dialog": True, "danger": True}
        return [remove]


def rows_of(domains: list[Domain], make: Callable[[Domain], DomainRow]) -> list[DomainRow]:
    """Return the rows: verified ones first, then those to do."""
    order = ("verified", "missing", "pending", "lapsed")
    return sorted((make(domain) for domain in domains), key=lambda row: (order.index(row.state), row.domain.name))
