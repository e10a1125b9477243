"""The rows of the audit log: one render of templates/rows/audit_log.html for a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.template.loader import get_template
from django.urls import reverse
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.countries import country_of
from audit.lines import AuditLine, describe
from audit.models import Entry
from base.times import FormattedTime, RelativeTime
from console.audit_log.actions import action_label
from console.audit_log.details import Fact, facts_of
from console.audit_log.params import AuditLogParams
from organizations.models import Membership

FAILED_SIGN_IN = "sign_in.failed"


def actor_name(entry: Entry) -> str:
    """Return the actor's name, or "Unknown" for a failed sign-in without one."""
    if entry.actor_label:
        return entry.actor_label
    return _("Unknown") if entry.action == FAILED_SIGN_IN else _("The system")


@dataclass(frozen=True)
class AuditRow:
    """A row of the page. `url` opens or closes the entry. `day` is the heading above the first entry of a day."""

    entry: Entry
    line: AuditLine
    time: FormattedTime
    exact: str
    country: str
    url: str
    day: str = ""
    is_open: bool = False
    actor: Membership | None = None
    target: Membership | None = None

    @property
    def actor_name(self) -> str:
        return actor_name(self.entry)

    @property
    def avatar_key(self) -> str:
        """The email address decides the color of a person's avatar everywhere."""
        return self.actor.email if self.actor else self.actor_name

    @property
    def label(self) -> str:
        return action_label(self.entry.action)

    @cached_property
    def facts(self) -> list[Fact]:
        return facts_of(self.entry)


class AuditRowRenderer:
    """Renders the entries of one view as rows. `members`: the actors and targets who are members, by id."""

    def __init__(
        self, *, viewer: Membership, params: AuditLogParams, members: Mapping[UUID, Membership], now: datetime
    ):
        self.slug, self.params, self.members = viewer.organization.slug, params, members
        self.time = RelativeTime(now)
        self.countries: dict[str | None, str] = {}

    def render(self, entries: Sequence[Entry]) -> SafeString:
        """Return the rows of a page."""
        context = {
            "rows": self.rows(entries),
            "users_url": reverse("users", args=[self.slug]),
            "person_url": lambda pk: self._view(person=pk),
            "target_url": lambda pk: self._view(target=pk),
            "action_url": lambda action: self._view(action=action),
        }
        return mark_safe(get_template("audit_log.html", using="rows").render(context))

    def rows(self, entries: Sequence[Entry]) -> list[AuditRow]:
        rows, day = [], None
        for entry in entries:
            current = entry.at.astimezone(self.time.zone).date()
            rows.append(self._row(entry, "" if current == day else self._day(current)))
            day = current
        return rows

    def _row(self, entry: Entry, day: str) -> AuditRow:
        is_open = self.params.entry == entry.pk
        return AuditRow(
            entry,
            describe(entry, with_actor=False),
            self._time(entry.at),
            self._exact(entry.at),
            self._country(entry.ip),
            replace(self.params, entry=None if is_open else entry.pk).url(self.slug),
            day,
            is_open,
            self.members.get(entry.actor_id) if entry.actor_id else None,
            self.members.get(entry.target_id) if entry.target_id else None,
        )

    def _view(self, **filters: Any) -> str:
        """Return the URL of the log with this filter alone."""
        return AuditLogParams(filters={name: (str(value),) for name, value in filters.items()}).url(self.slug)

    def _country(self, ip: str | None) -> str:
        if ip not in self.countries:
            self.countries[ip] = country_of(ip) if ip else ""
        return self.countries[ip]

    def _time(self, at: datetime) -> FormattedTime:
        """Return a relative time for today's entries, otherwise the time of day."""
        local, ago = at.astimezone(self.time.zone), self.time.ago(at)
        assert ago
        return ago if local.date() == self.time.today else ago._replace(text=f"{local:%H:%M} {local.tzname()}")

    def _exact(self, at: datetime) -> str:
        local = at.astimezone(self.time.zone)
        return f"{self.time.full(local.date())}, {local:%H:%M:%S} {local.tzname()}"

    def _day(self, day: date) -> str:
        """Return "Today", "Yesterday" or "Friday, November 20", with the year if it isn't this one."""
        days = (self.time.today - day).days
        if days in (0, 1):
            return _("Yesterday") if days else _("Today")
        name = f"{WEEKDAYS[day.weekday()]}, {MONTHS[day.month]} {day.day}"
        return name if day.year == self.time.today.year else f"{name}, {day.year}"
