"""Data for the Subscription page: plan, seats in use, and their history (A-2, A-9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import quote

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from base import charts
from base.counting import Count
from base.times import RelativeTime
from console.users.filters import Tab
from console.users.params import users_view
from organizations.models import Membership
from organizations.permissions import Permission
from organizations.policies import can
from organizations.queries import SeatDay, SeatSummary, count_inactive, seat_history, seat_use

# Number of bars, and days of history before bars are months. Until then, bars are weeks.
BARS, ENOUGH_FOR_MONTHS = 12, 84


@dataclass(frozen=True)
class Seats:
    """The seats for the page. URLs and numbers are blank where the viewer can't use or see them."""

    use: SeatSummary
    segments: Sequence[charts.Segment]
    chart: charts.StackedChart | None
    by_month: bool
    ask_url: str
    inactive: Count
    inactive_url: str


def build_seats(viewer: Membership, now: datetime) -> Seats:
    """Return the seats of the viewer's organization. Three queries; four near the limit, for people viewers."""
    organization = viewer.organization
    use = seat_use(organization)
    today = SeatDay(now.date(), use.used, use.limit)
    history = [row for row in seat_history(organization, 366) if row.day < today.day]
    by_month = bool(history) and today.day - history[0].day >= timedelta(days=ENOUGH_FOR_MONTHS)
    shows_inactive = use.is_near_limit and can(viewer, Permission.PEOPLE_VIEW)
    return Seats(
        use=use,
        segments=_segments(use),
        chart=seats_chart([*history, today], use.limit, by_month=by_month) if history else None,
        by_month=by_month,
        ask_url=_ask_url(viewer) if can(viewer, Permission.BILLING_MANAGE) else "",
        inactive=count_inactive(organization, now) if shows_inactive else Count(0),
        inactive_url=users_view(Tab.ALL, status="active", last_active="inactive").url(organization.slug),
    )


def _segments(use: SeatSummary) -> list[charts.Segment]:
    parts = [("accent", _("Active members"), use.active), ("warning", _("Pending invitations"), use.pending)]
    return charts.segments([*parts, ("free", _("Free"), use.free)] if use.free is not None else parts)


def _ask_url(viewer: Membership) -> str:
    """Return a mailto link to the operator, or "" if no address is set."""
    if not settings.OPERATOR_EMAIL:
        return ""
    organization = viewer.organization
    subject = _("Plan and seats of %(organization)s (%(slug)s)") % {
        "organization": organization.name,
        "slug": organization.slug,
    }
    return f"mailto:{quote(settings.OPERATOR_EMAIL, safe='@')}?subject={quote(subject)}"


def seats_chart(days: Sequence[SeatDay], limit: int, *, by_month: bool) -> charts.StackedChart:
    """Return a bar for the highest number of each month or week, with the limit of today."""
    highest: dict[date, int] = {}
    for row in days:
        first = row.day.replace(day=1) if by_month else row.day - timedelta(days=row.day.weekday())
        highest[first] = max(highest.get(first, 0), row.used)
    points = sorted(highest.items())[-BARS:]
    return charts.bars(
        [(_label(first, by_month=by_month), used) for first, used in points],
        series=_("Seats"),
        title=_("Seats used by month") if by_month else _("Seats used by week"),
        description=_description(points, limit, by_month=by_month),
        row_heading=_("Month") if by_month else _("Week of"),
        labels=[_label(first, by_month=by_month, in_full=True) for first, _used in points],
        limit=limit,
    )


def _label(first: date, *, by_month: bool, in_full: bool = False) -> str:
    """Return "Dec" or "Dec 7", in full "Dec 2026" or "Dec 7, 2026"."""
    time = RelativeTime(timezone.now())
    if by_month:
        return f"{time.months[first.month]} {first.year}" if in_full else time.months[first.month]
    return time.full(first) if in_full else f"{time.months[first.month]} {first.day}"


def _description(points: Sequence[tuple[date, int]], limit: int, *, by_month: bool) -> str:
    names = [_label(first, by_month=by_month, in_full=True) for first, _used in points]
    text = _("%(used)s seats used in %(last)s, %(before)s in %(first)s.") % {
        "used": f"{points[-1][1]:,}",
        "last": names[-1],
        "before": f"{points[0][1]:,}",
        "first": names[0],
    }
    return f"{text} {_('The limit is %(limit)s.') % {'limit': f'{limit:,}'}}" if limit else text
