"""Rows of the Users page: everything worked out beforehand, so that their Jinja2 template only writes (a tenth of
the CPU of Django's engine for fifty rows; docs/performance.md)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from base.text import avatar_color, initials
from base.times import FormattedTime, RelativeTime
from console.queries import Around, Line
from console.users.columns import OPTIONAL, UserTable
from console.users.params import Tab, UserListParams, default_params
from console.users.status import STATES, TONES
from organizations.models import ManagedBy, Membership, Role, Status
from organizations.permissions import Permission
from organizations.queries import all_roles_of, group_roles_of, roles_of
from organizations.roles import permissions_of


@dataclass(slots=True)
class Row:
    """A member as templates/rows/user.html writes them; what belongs to a hidden column stays empty."""

    id: str
    name: str
    email: str
    initials: str
    avatar_color: int
    off: bool
    you: bool
    roles: tuple[str, ...]
    status: str
    tone: str
    more: str
    pick: str
    groups: tuple[str, ...] = ()
    projects: str = ""
    two_factor: str = ""
    last_active: FormattedTime | None = None
    invited_by: str = ""
    sent: FormattedTime | None = None
    invite_expires: FormattedTime | None = None
    left: tuple[str, str] = ("", "")
    joined: FormattedTime | None = None
    managed_by: str = ""


Words = dict[str, str]


@cache
def _words(language: str | None) -> tuple[Words, Words, Words, Words]:
    """Labels of columns, states, other words and managers in the language that is active."""
    labels = {name: str(UserTable.base_columns[name].verbose_name) for name in OPTIONAL}
    states = {state: str(label) for state, label in STATES.items()}
    words = {"more": _("More actions for %(name)s"), "pick": _("Select %(name)s")}
    words |= {"all": _("All"), "off": _("Off"), "on": _("On"), "via": _("%(role)s via %(group)s")}
    return labels, states, words, {choice.value: str(choice.label) for choice in ManagedBy}


class RowRenderer:
    """Makes the rows of one page for one viewer: what they share, words above all, is worked out once."""

    def __init__(self, *, actor: Membership, listing: UserListParams, around: Around, now: datetime) -> None:
        self.actor, self.listing, self.around = actor, listing, around
        self.shown = frozenset(listing.shown)
        self.clock = RelativeTime(now)
        self.roles: dict[UUID, tuple[str, bool]] = {}
        self.labels, self.states, self.words, self.managers = _words(get_language())
        self.me = str(actor.pk)

    def row(self, line: Line) -> Row:
        """The row of a line of the database."""
        member = line.member(self.actor.organization, self.around.roles)
        state, name = member.state, member.name
        row = Row(
            id=line.id,
            name=name,
            email=member.email,
            initials=initials(name),
            avatar_color=avatar_color(member.email),
            off=member.status == Status.DEACTIVATED,
            you=line.id == self.me,
            roles=tuple(self._role(role)[0] for role in roles_of(member)),
            status=self.states[state],
            tone=TONES[state],
            more=self.words["more"] % {"name": name},
            pick=self.words["pick"] % {"name": name},
            groups=tuple(line.group_names),
            invited_by=line.inviter,
        )
        for column in self.shown & FILLERS.keys():
            FILLERS[column](self, row, member)
        if "projects" in self.shown:
            every = any(self._role(role)[1] for role in all_roles_of(member))
            row.projects = self.words["all"] if every else str(line.projects)
        return row

    def _role(self, role: Role) -> tuple[str, bool]:
        """Its name, and whether it opens every project."""
        if role.id not in self.roles:
            self.roles[role.id] = (str(role.label), Permission.PROJECTS_VIEW_ALL in permissions_of(role))
        return self.roles[role.id]

    def role(self, row: Row, member: Membership) -> None:
        """What comes through a group, unless it is held anyway, says so (G-4)."""
        if through := group_roles_of(member):
            held = {role.pk for role in roles_of(member)}
            found = ((self._role(role)[0], group) for role, group in through if role.pk not in held)
            row.roles += tuple(self.words["via"] % {"role": role, "group": group} for role, group in found)

    def managed_by(self, row: Row, member: Membership) -> None:
        row.managed_by = self.managers[member.managed_by]

    def two_factor(self, row: Row, member: Membership) -> None:
        # Who has not joined has nothing to switch on.
        if member.status != Status.INVITED:
            row.two_factor = self.words["on" if member.two_factor else "off"]

    def last_active(self, row: Row, member: Membership) -> None:
        row.last_active = None if member.status == Status.INVITED else self.clock.ago(member.last_active_at)

    def joined(self, row: Row, member: Membership) -> None:
        row.joined = None if member.status == Status.INVITED else self.clock.date(member.joined_at)

    def sent(self, row: Row, member: Membership) -> None:
        # The period counts from its first mail, and a resend leaves it alone (I-1, I-2).
        if member.status == Status.INVITED:
            row.sent = self.clock.date(member.invite_expires_at - timedelta(days=settings.INVITATION_DAYS))

    def invite_expires(self, row: Row, member: Membership) -> None:
        if member.status == Status.INVITED:
            row.invite_expires = self.clock.date(member.invite_expires_at)
            row.left = self.clock.until(member.invite_expires_at)

    def _context(self) -> dict[str, Any]:
        return {
            "shown": self.shown,
            "labels": self.labels,
            "you": _("(you)"),
            "never": _("Never"),
            "pending": self.listing.filter.invited,
            "prefix": default_params(Tab.ALL).url(self.actor.organization.slug),
            "query": "?" + urlencode({"view": view}) if (view := self.listing.view) else "",
            "icons": static("img/icons.svg"),
        }

    def render(self, lines: Iterable[Line]) -> SafeString:
        """The rows of a page as HTML."""
        context, write = self._context(), get_template("user.html", using="rows").render
        return mark_safe("".join(write({**context, "row": self.row(line)}) for line in lines))

    def render_one(self, line: Line) -> SafeString:
        """One row that takes the place of its earlier self in the page."""
        context = {**self._context(), "row": self.row(line), "oob": True}
        return mark_safe(get_template("user.html", using="rows").render(context))


# What fills the cells of a column that may be hidden.
FILLERS: dict[str, Callable[[RowRenderer, Row, Membership], None]] = {
    "role": RowRenderer.role,
    "sent": RowRenderer.sent,
    "two_factor": RowRenderer.two_factor,
    "last_active": RowRenderer.last_active,
    "managed_by": RowRenderer.managed_by,
    "invite_expires": RowRenderer.invite_expires,
    "joined": RowRenderer.joined,
}
