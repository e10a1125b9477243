"""The roll-out of two-factor authentication on the Security page: who is missing, reminders and progress (S-11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from base.counting import Count
from base.times import NEVER, RelativeTime
from console.users.details import load_details
from console.users.filters import UsersContext
from console.users.params import missing_view
from organizations.models import Membership, Organization, TwoFactorRule
from organizations.permissions import Permission
from organizations.policies import can, can_remind_two_factor
from organizations.queries import (
    REMIND_EVERY,
    Progress,
    all_roles_of,
    count_recently_reminded,
    count_without_account,
    members_without_two_factor,
    two_factor_progress,
)

# The members that are listed on the page; the Users page has all.
SHOWN = 4
# The history on the page, and the most points of its line and rows of its table.
DAYS, MAX_POINTS = 84, 13
# The drawing area of the line.
WIDTH, HEIGHT, MARGIN = 100, 40, 2


@dataclass(frozen=True)
class MissingMember:
    """A member without a second factor: their role, when they were reminded, and from when they can be again."""

    member: Membership
    role: str
    reminded: str
    is_viewer: bool
    can_remind: bool
    next_reminder: str


@dataclass(frozen=True)
class ProgressChart:
    """The line of the progress: SVG paths, its points for the table, and a sentence that says the same."""

    rows: Sequence[Progress]
    line: str
    area: str
    label: str


@dataclass(frozen=True)
class Rollout:
    """What console/security/_rollout.html shows. URLs are "" where the viewer can't use them."""

    active: int
    two_factor: int
    deadline: tuple[str, str]
    recently: Count
    waiting: Count
    members: list[MissingMember]
    list_url: str
    remind_all_url: str
    chart: ProgressChart | None
    this_week: int

    @property
    def missing(self) -> int:
        return max(self.active - self.two_factor, 0)

    @property
    def remindable(self) -> int:
        return max(self.missing - self.recently.value - self.waiting.value, 0)


def build_rollout(viewer: Membership, active: int, two_factor: int, now: datetime) -> Rollout:
    """Return the roll-out in the viewer's organization: six queries, four if the viewer can't see people."""
    organization, time = viewer.organization, RelativeTime(now)
    sees_people = bool(can(viewer, Permission.PEOPLE_VIEW))
    view, slug = missing_view(), organization.slug
    history = two_factor_progress(organization, since=now.date() - timedelta(days=DAYS))
    reminders = bool(can(viewer, Permission.PEOPLE_ADMIN))
    bulk = f"{reverse('users_bulk_reminder', args=[slug])}?{urlencode({'view': view.view, 'all': 1, 'at': 'security'})}"
    return Rollout(
        active=active,
        two_factor=two_factor,
        deadline=deadline_texts(organization, time),
        recently=count_recently_reminded(organization, now),
        waiting=count_without_account(organization),
        members=_missing_members(viewer, time) if sees_people else [],
        list_url=view.url(slug) if sees_people else "",
        remind_all_url=bulk if reminders else "",
        chart=progress_chart([*history, Progress(now.date(), active, two_factor)], time),
        this_week=_this_week(history, two_factor, now.date()),
    )


def deadline_texts(organization: Organization, time: RelativeTime) -> tuple[str, str]:
    """Return a heading and a sentence about who must have a second factor and from when; blank without a rule."""
    start, rule = organization.two_factor_required_from, organization.require_two_factor
    if rule == TwoFactorRule.NO_ONE:
        return "", ""
    people = _("members without 2FA")
    if rule == TwoFactorRule.ADMINS:
        people = _("members with administrative permissions and without 2FA")
    if start is None or start <= time.now:
        return _("Required now"), _("%(people)s must set it up before they can do anything else") % {
            "people": _capitalize(people)
        }
    days = (timezone.localdate(start) - time.today).days
    heading = ngettext("Required in %(count)s day", "Required in %(count)s days", days) % {"count": days}
    text = _("From %(date)s, %(people)s must set it up before they can do anything else")
    return heading if days else _("Required today"), text % {"date": time.exact(start), "people": people}


def _capitalize(text: str) -> str:
    return text[:1].upper() + text[1:]


def _missing_members(viewer: Membership, time: RelativeTime) -> list[MissingMember]:
    """Return the first members without a second factor, never reminded ones first. Three queries."""
    members = list(members_without_two_factor(viewer.organization)[:SHOWN])
    load_details(viewer.organization, members, UsersContext.load(viewer.organization).roles)
    return [_missing_member(viewer, member, time) for member in members]


def _missing_member(viewer: Membership, member: Membership, time: RelativeTime) -> MissingMember:
    reminded_at, next_at = member.two_factor_reminded_at, member.two_factor_reminded_at + REMIND_EVERY
    reminded = _("Not reminded yet") if member.user_id else _("Hasn’t signed in yet")
    if reminded_at != NEVER:
        reminded = _("Reminded %(day)s") % {"day": time.day(timezone.localdate(reminded_at))}
    return MissingMember(
        member=member,
        role=", ".join(str(role.label) for role in all_roles_of(member)),
        reminded=reminded,
        is_viewer=member.pk == viewer.pk,
        can_remind=bool(can_remind_two_factor(viewer, member, time.now)),
        next_reminder=time.day(timezone.localdate(next_at)) if next_at > time.now else "",
    )


def _this_week(history: Sequence[Progress], two_factor: int, today: date) -> int:
    """Return how many more members have a second factor than a week ago, 0 if that isn't known."""
    earlier = [row for row in history if today - timedelta(days=14) <= row.day <= today - timedelta(days=7)]
    return two_factor - earlier[-1].two_factor if earlier else 0


def progress_chart(history: Sequence[Progress], time: RelativeTime) -> ProgressChart | None:
    """Return the line of a history, oldest day first. None for less than two days. A day's last row counts."""
    rows = list({row.day: row for row in history}.values())
    if len(rows) < 2:
        return None
    step = -(-(len(rows) - 1) // (MAX_POINTS - 1))
    rows = rows[::-1][::step][::-1]
    first, last, top = rows[0], rows[-1], max(max(row.active for row in rows), 1)
    span = (last.day - first.day).days
    inner = HEIGHT - 2 * MARGIN
    points = [
        f"{WIDTH * (row.day - first.day).days / span:.1f} {HEIGHT - MARGIN - inner * row.two_factor / top:.1f}"
        for row in rows
    ]
    line = "M" + "L".join(points)
    label = _("Members with 2FA: %(first)s on %(day)s, %(last)s now") % {
        "first": f"{first.two_factor:,}",
        "day": time.day(first.day),
        "last": f"{last.two_factor:,}",
    }
    return ProgressChart(rows, line, f"{line}V{HEIGHT}H0Z", label)
