"""Times as a list shows them: short, with the full date for who wants it.

Not by Django's date_format(): a row has up to four times, and that would take a third of the page's CPU.
"""

from datetime import date, datetime, timedelta
from functools import cache
from typing import NamedTuple

from django.utils import timezone
from django.utils.dates import MONTHS_3
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from organizations.models.members import NEVER


class FormattedTime(NamedTuple):
    """`text` to read, `title` in full, `iso` for machines."""

    text: str
    title: str
    iso: str


@cache
def _words(language: str | None) -> tuple[list[str], dict[str, str]]:
    """The months, and what stands for a short time, in the language that is active: asked once."""
    ago = {"minutes": _("%(count)dm ago"), "hours": _("%(count)dh ago"), "days": _("%(count)dd ago")}
    months = [str(MONTHS_3[number]).title() for number in range(1, 13)]
    return ["", *months], {**ago, "now": _("Now"), "yesterday": _("Yesterday")}


class RelativeTime:
    """Formats times as seen at `now`, in the current time zone."""

    def __init__(self, now: datetime) -> None:
        self.zone = timezone.get_current_timezone()
        self.now = now.astimezone(self.zone)
        self.today = self.now.date()
        self.months, self.words = _words(get_language())

    def day(self, day: date) -> str:
        """ "Dec 16", with its year where that is another one."""
        return f"{self.months[day.month]} {day.day}" if day.year == self.today.year else self.full(day)

    def full(self, day: date) -> str:
        """ "Dec 16, 2026"."""
        return f"{self.months[day.month]} {day.day}, {day.year}"

    def date(self, value: datetime) -> FormattedTime | None:
        """The day of a time; None for never."""
        if value == NEVER:
            return None
        local = value.astimezone(self.zone)
        return FormattedTime(self.day(local), self.full(local), local.isoformat(timespec="minutes"))

    def ago(self, value: datetime) -> FormattedTime | None:
        """How long ago: Now, 12m, 3h, Yesterday, 2d, then the day; None for never."""
        if value == NEVER:
            return None
        local = value.astimezone(self.zone)
        title = f"{self.full(local)}, {local.hour:02}:{local.minute:02}"
        return FormattedTime(self._ago(local), title, local.isoformat(timespec="minutes"))

    def _ago(self, value: datetime) -> str:
        minutes = int((self.now - value).total_seconds() // 60)
        days = (self.today - value.date()).days
        if minutes < 5:
            return self.words["now"]
        if minutes < 60:
            return self.words["minutes"] % {"count": minutes}
        if days == 0:
            return self.words["hours"] % {"count": minutes // 60}
        if days == 1:
            return self.words["yesterday"]
        return self.words["days"] % {"count": days} if days < 7 else self.day(value)

    def until(self, value: datetime) -> tuple[str, str]:
        """How far off a deadline is, and its tone: ("in 2 days", "warning"), ("9 days ago", "")."""
        days = (value.astimezone(self.zone).date() - self.today).days
        if value <= self.now:
            past = ngettext("%(count)d day ago", "%(count)d days ago", -days) % {"count": -days}
            return (past if days < 0 else _("today")), ""
        if value - self.now < timedelta(hours=1):
            return _("within the hour"), "warning"
        if days == 0:
            return _("today"), "warning"
        return ngettext("in %(count)d day", "in %(count)d days", days) % {"count": days}, "warning" if days < 4 else ""
