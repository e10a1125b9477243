"""The security score and check-up of an organization, as the Security page shows them (S-6)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from base import charts
from console.security import texts
from console.security.checks import CHECKS, Figures, Points, run_checks
from console.security.queries import read_figures
from console.users.params import Tab, UserListParams, missing_view, users_view
from organizations.models import Membership, Organization
from organizations.permissions import Permission
from organizations.policies import can
from organizations.roles import admin_role_id

# The views of the Users page behind the checks.
LISTS: dict[str, Callable[[Organization], UserListParams]] = {
    "two_factor": lambda organization: missing_view(),
    "inactive": lambda organization: users_view(Tab.ALL, status="active", last_active="inactive"),
    "invitations": lambda organization: users_view(Tab.PENDING, expires="soon"),
    "admins": lambda organization: users_view(Tab.ALL, status="active", role=str(admin_role_id(organization.scheme))),
}
# Where each check is fixed: an element of the Security page, a page below it, or "" for the list behind it; and the
# permission for it.
FIXES = {
    "two_factor": ("#rollout", Permission.PEOPLE_ADMIN),
    "sessions": ("#id_idle_minutes", Permission.SECURITY_MANAGE),
    "networks": ("#id_allowed_ip_ranges", Permission.SECURITY_MANAGE),
    "invitations": ("", Permission.PEOPLE_INVITE),
    "inactive": ("", Permission.PEOPLE_ADMIN),
    "admins": ("", Permission.PEOPLE_EDIT),
    "domains": ("domains/", Permission.SECURITY_MANAGE),
}


@dataclass(frozen=True)
class Check:
    """A check with its points and texts. The URLs are "" where the viewer can't open them."""

    key: str
    points: Points
    icon: str
    title: str
    detail: str
    list_url: str
    list_label: str
    fix_url: str
    fix_label: str

    @property
    def is_done(self) -> bool:
        return not self.points.missing

    @property
    def tone(self) -> str:
        return "success" if self.is_done else "warning" if self.points.earned else "danger"


@dataclass(frozen=True)
class Rule:
    """A line of the table that explains the score. `points` is None where the check doesn't apply."""

    label: str
    how: str
    points: Points | None


@dataclass(frozen=True)
class Score:
    """The sum of the checks that apply, and the numbers that they were computed from."""

    figures: Figures
    points: Points
    checks: list[Check]
    rules: list[Rule]

    @property
    def ring(self) -> charts.Ring:
        return charts.ring(self.points.earned, self.points.possible)

    @property
    def rating(self) -> str:
        return texts.rating(self.points)

    @property
    def fixes(self) -> str:
        return texts.fixes(sum(not check.is_done for check in self.checks), self.points.missing)

    @property
    def has_left_out(self) -> bool:
        return any(rule.points is None for rule in self.rules)


def security_score(viewer: Membership, now: datetime) -> Score:
    """Return the score of the viewer's organization. A fixed number of queries, whatever its size."""
    figures = read_figures(viewer.organization, now)
    points = run_checks(figures)
    total = Points(sum(each.earned for each in points.values()), sum(each.possible for each in points.values()))
    return Score(
        figures=figures,
        points=total,
        checks=[_check(key, figures, each, viewer) for key, each in points.items()],
        rules=[Rule(str(texts.ABOUT[key][0]), str(texts.ABOUT[key][2]), points.get(key)) for key in CHECKS],
    )


def _check(key: str, figures: Figures, points: Points, viewer: Membership) -> Check:
    list_url = _list_url(key, viewer) if points.missing or key == "admins" else ""
    target, permission = FIXES[key]
    can_fix = points.missing and can(viewer, permission)
    return Check(
        key=key,
        points=points,
        icon="check" if not points.missing else texts.ABOUT[key][1],
        title=texts.title(key, figures, points),
        detail=texts.detail(key, figures) if key == "admins" or not list_url else "",
        list_url=list_url,
        list_label=texts.view_label(key, figures) if list_url else "",
        fix_url=(target or list_url) if can_fix else "",
        fix_label=str(texts.FIXES[key]),
    )


def _list_url(key: str, viewer: Membership) -> str:
    """Return the URL of the list behind a check, "" if there is none or the viewer can't open it."""
    if key not in LISTS or not can(viewer, Permission.PEOPLE_VIEW):
        return ""
    return LISTS[key](viewer.organization).url(viewer.organization.slug)
