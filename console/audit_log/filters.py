"""The filters of the audit log: person, event, target and time (A-4)."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cached_property

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.models import Entry
from base.ids import parse_uuid
from base.lists.filters import Filter, Options, one_of, parse_id
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


def _day(context: AuditContext, value: str) -> str:
    return RelativeTime(context.now).full(date.fromisoformat(value))


def _entries(context: AuditContext) -> QuerySet[Entry]:
    return Entry.objects.filter(organization_id=context.organization.pk).order_by("-at")


def find_target(context: AuditContext, value: str) -> str | None:
    """Return the target's latest name in the log. It may have been deleted since."""
    return _entries(context).filter(target_id=value).values_list("target_label", flat=True).first()


def find_person(context: AuditContext, value: str) -> str | None:
    """Return the member's name, or the newest name in the log of an actor or target who is no member."""
    member = Membership.objects.filter(organization=context.organization, pk=value).only(
        "first_name", "last_name", "email"
    )
    if found := member.first():
        return found.name
    label = _entries(context).filter(actor_id=value).values_list("actor_label", flat=True).first()
    return label if label is not None else find_target(context, value)


FILTERS = (
    # The queries apply these two themselves: each is several slices of an index.
    Filter("person", _("Person"), parse=parse_id, find_name=find_person),
    Filter("action", _("Event"), parse=parse_action, find_name=lambda context, value: filter_label(value)),
    Filter(
        "target",
        _("Target"),
        parse=parse_id,
        condition=lambda context, value: Q(target_id=parse_uuid(value)),
        find_name=find_target,
    ),
    Filter("when", _("When"), parse=one_of(PERIODS), condition=_period, options=PERIODS),
    Filter("from", _("From"), parse=parse_day, condition=_from, find_name=_day),
    Filter("to", _("To"), parse=parse_day, condition=_to, find_name=_day),
)
