"""Times for people: relative or a date, with the exact time and its time zone in the tooltip.

Django's date_format() isn't used: a list has up to 200 times, and that would take a third of the page's CPU.
"""

from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from typing import NamedTuple

from django.utils import timezone
from django.utils.dates import MONTHS_3
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timeuntil
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from base.zones import zone_label

# Stands for "never" in columns that lists are sorted by: a sort key must not be NULL, or paging by key skips rows.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def retry_text(retry_at: datetime, now: datetime) -> str:
    """Return the sentence "Try again in 25 minutes, at 14:05 UTC.", in the current time zone."""
    # Rounded up to the full minute and at least one minute, so that people who come back at that time aren't too early.
    rounded = timezone.localtime(retry_at + timedelta(seconds=59))
    return _("Try again in %(time)s, at %(clock)s.") % {
        "time": timeuntil(max(rounded, now + timedelta(minutes=1)), now),
        "clock": f"{rounded:%H:%M} {zone_label(rounded)}",
    }


def days_text(number: int) -> str:
    """Return "1 day", or "30 days"."""
    return ngettext("%(count)d day", "%(count)d days", number) % {"count": number}


def days_until(start: datetime, now: datetime, zone: tzinfo | None = None) -> int:
    """Return the days until a time in the future, by the calendar in `zone`: 1 for tomorrow, and for later today.

    Without `zone`, it's the current time zone.
    """
    return max(1, (timezone.localdate(start, zone) - timezone.localdate(now, zone)).days)


class FormattedTime(NamedTuple):
    """`text` to read, `title` with the exact time and its zone, `iso` for machines."""

    text: str
    title: str
    iso: str

    @property
    def html(self) -> SafeString:
        """A <time> element."""
        return mark_safe(f'<time datetime="{self.iso}" title="{self.title}">{self.text}</time>')


@cache
def _texts(language: str | None) -> tuple[list[str], dict[str, str]]:
    """Return the months and the texts for short periods in the active language."""
    ago = {"minutes": _("%(count)dm ago"), "hours": _("%(count)dh ago"), "days": _("%(count)dd ago")}
    months = [str(MONTHS_3[number]).title() for number in range(1, 13)]
    return ["", *months], {**ago, "now": _("Now"), "yesterday": _("Yesterday")}


class RelativeTime:
    """Formats times relative to `now`, in the current time zone."""

    def __init__(self, now: datetime) -> None:
        self.zone = timezone.get_current_timezone()
        self.now = now.astimezone(self.zone)
        self.today = self.now.date()
        self.months, self.texts = _texts(get_language())

    @property
    def in_sentence(self) -> dict[str, str]:
        """The texts that differ within a sentence."""
        return {self.texts["now"]: _("just now"), self.texts["yesterday"]: _("yesterday")}

    def day(self, day: date) -> str:
        """Return "Dec 16", with the year if it isn't this one."""
        return f"{self.months[day.month]} {day.day}" if day.year == self.today.year else self.full(day)

    def full(self, day: date) -> str:
        """Return "Dec 16, 2026"."""
        return f"{self.months[day.month]} {day.day}, {day.year}"

    def exact(self, value: datetime) -> str:
        """Return "Dec 16, 2026, 14:05 UTC"."""
        local = value.astimezone(self.zone)
        return f"{self.full(local)}, {local.hour:02}:{local.minute:02} {zone_label(local)}"

    def date(self, value: datetime) -> FormattedTime | None:
        """Format the day of a time; None for NEVER."""
        return self._format(value, self.day(value.astimezone(self.zone))) if value != NEVER else None

    def ago(self, value: datetime, *, in_sentence: bool = False) -> FormattedTime | None:
        """Format how long ago a time is: Now, 12m ago, 3h ago, Yesterday, 2d ago, then the day; None for NEVER.

        in_sentence: "just now" and "yesterday" instead of "Now" and "Yesterday".
        """
        if value == NEVER:
            return None
        text = self._ago(value.astimezone(self.zone))
        return self._format(value, self.in_sentence.get(text, text) if in_sentence else text)

    def moment(self, value: datetime) -> FormattedTime | None:
        """Format a day with the time: "Today, 14:05", "Yesterday, 09:02", "Dec 16, 15:20"; None for NEVER."""
        if value == NEVER:
            return None
        local = value.astimezone(self.zone)
        days = (self.today - local.date()).days
        day = _("Today") if days == 0 else self.texts["yesterday"] if days == 1 else self.day(local)
        return self._format(value, f"{day}, {local.hour:02}:{local.minute:02}")

    def _format(self, value: datetime, text: str) -> FormattedTime:
        return FormattedTime(text, self.exact(value), value.astimezone(self.zone).isoformat(timespec="minutes"))

    def _ago(self, value: datetime) -> str:
        minutes = int((self.now - value).total_seconds() // 60)
        days = (self.today - value.date()).days
        if minutes < 5:
            return self.texts["now"]
        if minutes < 60:
            return self.texts["minutes"] % {"count": minutes}
        if days == 0:
            return self.texts["hours"] % {"count": minutes // 60}
        if days == 1:
            return self.texts["yesterday"]
        return self.texts["days"] % {"count": days} if days < 7 else self.day(value)

    def until(self, value: datetime) -> tuple[str, str]:
        """Return how far away a deadline is, and its tone: ("in 2 days", "warning"), ("9 days ago", "")."""
        days = (value.astimezone(self.zone).date() - self.today).days
        if value <= self.now:
            past = ngettext("%(count)d day ago", "%(count)d days ago", -days) % {"count": -days}
            return (past if days < 0 else _("today")), ""
        if value - self.now < timedelta(hours=1):
            return _("within the hour"), "warning"
        if days == 0:
            return _("today"), "warning"
        return ngettext("in %(count)d day", "in %(count)d days", days) % {"count": days}, "warning" if days < 4 else ""
