"""The Homepage's tiles with numbers about people. A tile is None if the viewer can't open its list (A-1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from audit.lines import AuditLine, describe
from audit.queries import recent_entries
from base import charts
from base.times import RelativeTime
from console.security.checks import Points
from console.security.rollout import deadline_texts
from console.security.score import Score, security_score
from console.users.filters import Tab
from console.users.params import missing_view, users_view
from invitations.queries import invitations_by_week
from organizations.models import Membership
from organizations.permissions import Permission
from organizations.policies import can
from organizations.queries import count_due_invitations, member_counts, two_factor_counts

WEEKS = 12
# How many entries are read for the recent changes, including sign-ins, and how many are shown.
READ, SHOWN = 60, 10
# Fixes of the security score that are shown.
FIXES = 3


@dataclass(frozen=True)
class Members:
    """Members by status, and the seats in use ("" for viewers who can't open the Subscription page)."""

    segments: Sequence[charts.Segment]
    seats: str
    seats_url: str

    @property
    def label(self) -> str:
        numbers = ", ".join(f"{each.value:,} {each.label.lower()}" for each in self.segments)
        return _("Members by status: %(numbers)s") % {"numbers": numbers}


def members_tile(viewer: Membership, now: datetime) -> Members | None:
    """Return the members by status. Three queries."""
    if not can(viewer, Permission.PEOPLE_VIEW):
        return None
    organization, slug = viewer.organization, viewer.organization.slug
    counts = member_counts(organization)
    expired = int(count_due_invitations(organization, now)[0])
    pending = max(counts["invited"] - expired, 0)
    parts = (
        ("success", _("Active"), counts["active"], users_view(Tab.ALL, status="active").url(slug)),
        ("warning", _("Pending"), pending, users_view(Tab.PENDING, status="pending").url(slug)),
        ("danger", _("Expired"), expired, users_view(Tab.PENDING, status="expired").url(slug)),
        ("neutral", _("Deactivated"), counts["deactivated"], users_view(Tab.ALL, status="deactivated").url(slug)),
    )
    return Members(charts.segments(parts), *_seats(viewer, counts["active"] + pending))


def _seats(viewer: Membership, used: int) -> tuple[str, str]:
    organization = viewer.organization
    if not organization.seat_limit or not can(viewer, Permission.BILLING_VIEW):
        return "", ""
    text = _("%(used)s of %(limit)s seats used") % {"used": f"{used:,}", "limit": f"{organization.seat_limit:,}"}
    return text, reverse("subscription", args=[organization.slug])


@dataclass(frozen=True)
class TwoFactor:
    """How many active members have a second factor, and the list of those who don't."""

    active: int
    two_factor: int
    ring: charts.Ring
    url: str

    @property
    def missing(self) -> int:
        return max(self.active - self.two_factor, 0)


def two_factor_tile(viewer: Membership) -> TwoFactor | None:
    """Return the share of members with a second factor. One query."""
    if not can(viewer, Permission.PEOPLE_VIEW):
        return None
    active, two_factor = two_factor_counts(viewer.organization)
    url = missing_view().url(viewer.organization.slug)
    return TwoFactor(active, two_factor, charts.ring(two_factor, active), url) if active else None


@dataclass(frozen=True)
class LegendEntry:
    """A color of the chart, its label and number. No list has the same people, so there is no link."""

    css: str
    label: str
    count: int


@dataclass(frozen=True)
class Invitations:
    """The invitations of the last WEEKS weeks, by the week in which they were sent."""

    legend: Sequence[LegendEntry]
    chart: charts.StackedChart
    is_capped: bool


def invitations_tile(viewer: Membership, now: datetime) -> Invitations | None:
    """Return the invitations by week, None if none were sent. Two queries."""
    if not can(viewer, Permission.PEOPLE_VIEW):
        return None
    weeks, is_capped = invitations_by_week(viewer.organization, now, weeks=WEEKS)
    if not any(week.sent for week in weeks):
        return None
    labels = (_("Accepted"), _("Pending"), _("Expired"))
    rows = [(date_format(week.start, "M j"), (week.accepted, week.pending, week.expired)) for week in weeks]
    sums = [sum(values) for values in zip(*(values for _day, values in rows), strict=True)]
    chart = charts.stacked_bars(
        rows,
        series=labels,
        title=_("Invitations by week sent"),
        description=_summary(*sums),
        row_heading=_("Week of"),
    )
    legend = [LegendEntry(*entry) for entry in zip(("c1", "c2", "c3"), labels, sums, strict=True)]
    return Invitations(legend, chart, is_capped)


def _summary(accepted: int, pending: int, expired: int) -> str:
    text = _(
        "Of %(sent)s invitations sent in the last %(weeks)s weeks, %(accepted)s were accepted, %(pending)s are pending"
        " and %(expired)s expired"
    )
    sent = accepted + pending + expired
    return text % {"sent": sent, "weeks": WEEKS, "accepted": accepted, "pending": pending, "expired": expired}


@dataclass(frozen=True)
class Fix:
    """An open check of the score. `url` is where to fix it, "" if the viewer can't."""

    title: str
    points: Points
    label: str
    url: str


@dataclass(frozen=True)
class ScoreTile:
    """The security score with its best fixes."""

    score: Score
    fixes: Sequence[Fix]
    deadline: tuple[str, str]


def score_tile(viewer: Membership, now: datetime) -> ScoreTile | None:
    """Return the security score and its best fixes, for viewers of the Security page."""
    if not can(viewer, Permission.SECURITY_VIEW):
        return None
    score = security_score(viewer, now)
    open_checks = [check for check in score.checks if not check.is_done]
    base = reverse("security", args=[viewer.organization.slug])
    fixes = [Fix(each.title, each.points, each.fix_label, _absolute(base, each.fix_url)) for each in open_checks]
    return ScoreTile(score, fixes[:FIXES], deadline_texts(viewer.organization, RelativeTime(now)))


def _absolute(base: str, url: str) -> str:
    """Return the URL of a fix, which may be relative to the Security page."""
    return base + url if url and not url.startswith("/") else url


@dataclass(frozen=True)
class Change:
    """A line of the audit log, and the number of similar entries from the same request."""

    line: AuditLine
    others: int


def last_changes(viewer: Membership) -> list[Change]:
    """Return the last changes, newest first, without sign-ins. One query."""
    if not can(viewer, Permission.AUDIT_VIEW):
        return []
    entries = recent_entries(viewer.organization_id, limit=READ)
    changes: list[Change] = []
    for entry in entries:
        if entry.action.startswith("sign_in."):
            continue
        last = changes[-1].line.entry if changes else None
        if last and entry.request_id and (last.request_id, last.action) == (entry.request_id, entry.action):
            changes[-1] = Change(changes[-1].line, changes[-1].others + 1)
        elif len(changes) < SHOWN:
            changes.append(Change(describe(entry), 0))
        else:
            break
    return changes
