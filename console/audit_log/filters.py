"""The filters of the audit log: person, event, target and time (A-4)."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cached_property

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.models import Entry
from base.lists.filters import Filter, Options, Values, each, one_of, parse_id
from base.times import RelativeTime
from console.audit_log.actions import filter_label, parse_action
from organizations.models import Membership, Organization

PERIODS: Options = [("today", _("Today")), ("7d", _("Last 7 days")), ("30d", _("Last 30 days"))]
DAYS = {"today": 1, "7d": 7, "30d": 30}
ANY_TIME = _("Any time")


@dataclass(frozen=True)
class AuditContext:
    """Context of the filters: the organization, and for periods the current time and the viewer's time zone.

    An export is made after the request has ended, so the zone is kept here.
    """

    organization: Organization
    now: datetime
    zone: tzinfo = field(default_factory=timezone.get_current_timezone)

    @cached_property
    def today(self) -> date:
        return timezone.localdate(self.now, self.zone)

    def start_of(self, day: date) -> datetime:
        """Return when a day begins in the viewer's time zone."""
        return timezone.make_aware(datetime.combine(day, time.min), self.zone)


def parse_day(text: str) -> str:
    """Return a date of a URL in the form 2026-11-28, "" if it is none. The filters need the day after it, too."""
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return ""
    return day.isoformat() if text == day.isoformat() and 1970 <= day.year < 9000 else ""


def _period(context: AuditContext, value: str) -> Q:
    """Return the condition for a period, from the start of its first day."""
    return Q(at__gte=context.start_of(context.today - timedelta(days=DAYS[value] - 1)))


def _from(context: AuditContext, value: str) -> Q:
    return Q(at__gte=context.start_of(date.fromisoformat(value)))


def _to(context: AuditContext, value: str) -> Q:
    """Return the condition for entries up to the end of that day."""
    return Q(at__lt=context.start_of(date.fromisoformat(value) + timedelta(days=1)))


def _days(context: AuditContext, values: Values) -> dict[str, str]:
    return {value: RelativeTime(context.now).full(date.fromisoformat(value)) for value in values}


def _entries(context: AuditContext) -> QuerySet[Entry]:
    return Entry.objects.filter(organization_id=context.organization.pk).order_by("-at")


def _latest(context: AuditContext, role: str, values: Values) -> dict[str, str]:
    """Return the latest name in the log of each of these ids as "actor" or "target". Takes one query for each."""
    labels = {
        value: _entries(context).filter(**{f"{role}_id": value}).values_list(f"{role}_label", flat=True).first()
        for value in values
    }
    return {value: label for value, label in labels.items() if label is not None}


def find_targets(context: AuditContext, values: Values) -> dict[str, str]:
    """Return the targets' latest names in the log. They may have been deleted since."""
    return _latest(context, "target", values)


def find_people(context: AuditContext, values: Values) -> dict[str, str]:
    """Return the members' names, or the newest names in the log of actors or targets who are no members."""
    members = Membership.objects.filter(organization=context.organization, pk__in=values)
    names = {str(member.pk): member.name for member in members.only("first_name", "last_name", "email")}
    for role in ("actor", "target"):
        names |= _latest(context, role, tuple(value for value in values if value not in names))
    return names


FILTERS = (
    # The queries apply these three themselves: each is several slices of an index.
    Filter("person", _("Person"), parse=parse_id, find_names=find_people),
    Filter(
        "action",
        _("Event"),
        parse=parse_action,
        find_names=lambda context, values: {value: filter_label(value) for value in values},
    ),
    Filter("target", _("Target"), parse=parse_id, find_names=find_targets),
    Filter("when", _("When"), parse=one_of(PERIODS), condition=each(_period), options=PERIODS, single=True),
    Filter("from", _("From"), parse=parse_day, condition=each(_from), find_names=_days, single=True),
    Filter("to", _("To"), parse=parse_day, condition=each(_to), find_names=_days, single=True),
)
