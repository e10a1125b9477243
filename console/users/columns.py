"""The columns of the Users page, in order (U-4). To add one, see docs/how-to.md: its cell is in
templates/rows/users.html, under the same name."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import django_tables2 as tables
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from base.lists.columns import Column, columns_of
from console.users.delivery import delivery_csv
from console.users.filters import Tab
from organizations.models import ManagedBy, Membership, Status
from organizations.models.members import NEVER
from organizations.queries import all_roles_of

STATES = {"active": _("Active"), "pending": _("Pending"), "expired": _("Expired"), "deactivated": _("Deactivated")}

html = lazy(format_html, SafeString)
# The check box does something only with a script (static/js/inside/select.js). Phones show its label.
SELECT_PAGE = html(
    '<span class="sr-only">{}</span><label><input class="check" type="checkbox" form="bulk" data-select-page'
    ' aria-label="{}"><span>{}</span></label>',
    _("Select"),
    _("Select this page"),
    _("Select this page"),
)


def _iso(value: datetime) -> str:
    return "" if value == NEVER else value.astimezone(UTC).isoformat(timespec="seconds")


def _joined(member: Membership, text: Any) -> str:
    """The text for a member who has joined, "" for a pending one."""
    return "" if member.status == Status.INVITED else str(text)


def _pending(member: Membership, text: Any) -> str:
    """The text for a pending member, "" for one who has joined."""
    return str(text) if member.status == Status.INVITED else ""


def two_factor_text(member: Membership) -> str:
    """Return "Off", "On" or "On (Passkey)", "" for a member who has never signed in."""
    if member.user_id is None:
        return ""
    if not member.two_factor:
        return gettext("Off")
    method = member.get_two_factor_method_display()
    return gettext("On (%(method)s)") % {"method": method} if method else gettext("On")


class UserTable(tables.Table):
    """`csv` functions get a member as console.users.details.load_details() returns it."""

    select = Column(_("Select"), heading=SELECT_PAGE, css="pick", optional=False)
    name = Column(
        _("Name"),
        sort=("sort_name",),
        sort_labels=(_("Name, A to Z"), _("Name, Z to A")),
        optional=False,
        css="sticky",
    )
    role = Column(
        _("Role"),
        sort=("role_order", "sort_name"),
        sort_labels=(_("Role, highest first"), _("Role, lowest first")),
        csv=lambda member: "; ".join(str(role) for role in all_roles_of(member)),
        default_tabs=(Tab.ALL, Tab.PENDING),
        required=True,
    )
    groups = Column(_("Groups"), csv=lambda member: "; ".join(member.group_names), default_tabs=(Tab.ALL, Tab.PENDING))
    projects = Column(
        _("Projects"),
        csv=lambda member: gettext("All") if member.has_all_projects else str(member.project_count),
        default_tabs=(Tab.ALL,),
    )
    invited_by = Column(_("Invited by"), csv=lambda member: member.inviter_name)
    delivery = Column(
        _("Delivery"),
        sort=("invite_delivery", "invite_sent_at"),
        sort_labels=(_("Delivery, problems first"), _("Delivery, problems last")),
        csv=lambda member: _pending(member, delivery_csv(member)),
        default_tabs=(Tab.PENDING,),
    )
    sent = Column(
        _("Sent"),
        sort=("invite_sent_at",),
        sort_labels=(_("Sent, oldest first"), _("Sent, newest first")),
        descending_first=True,
        csv=lambda member: _pending(member, _iso(member.invite_sent_at)),
        default_tabs=(Tab.PENDING,),
    )
    status = Column(_("Status"), csv=lambda member: str(STATES[member.state]), default_tabs=(Tab.ALL, Tab.PENDING))
    two_factor = Column(
        _("2FA"),
        csv=lambda member: _joined(member, two_factor_text(member)),
        default_tabs=(Tab.ALL,),
    )
    last_active = Column(
        _("Last active"),
        sort=("last_active_at",),
        sort_labels=(_("Last active, oldest first"), _("Last active, newest first")),
        descending_first=True,
        csv=lambda member: _iso(member.last_active_at),
        default_tabs=(Tab.ALL,),
    )
    managed_by = Column(_("Managed by"), csv=lambda member: str(ManagedBy(member.managed_by).label))
    invite_expires = Column(
        _("Invite expires"),
        sort=("invite_expires_at",),
        sort_labels=(_("Expires soonest"), _("Expires latest")),
        csv=lambda member: _pending(member, _iso(member.invite_expires_at)),
        default_tabs=(Tab.PENDING,),
    )
    joined = Column(
        _("Joined"),
        sort=("joined_at",),
        sort_labels=(_("Joined, oldest first"), _("Joined, newest first")),
        descending_first=True,
        csv=lambda member: _iso(member.joined_at),
    )
    more = Column(_("Actions"), css="more", optional=False, hide_label=True)


COLUMNS = columns_of(UserTable)
OPTIONAL = tuple(name for name, column in COLUMNS.items() if column.optional)
# Sorting by a column that is empty for all members of a list would do nothing.
ONLY_JOINED, ONLY_PENDING = ("last_active", "joined"), ("delivery", "sent", "invite_expires")


def default_columns(tab: Tab) -> tuple[str, ...]:
    """Return the columns that a tab shows unless the user chose others."""
    return tuple(name for name, column in COLUMNS.items() if tab in column.default_tabs)


def chosen_columns(names: Iterable[str]) -> tuple[str, ...] | None:
    """Return the columns for a user's choice of names, with those that are always shown; None for no choice."""
    chosen = set(OPTIONAL).intersection(names)
    return tuple(name for name in OPTIONAL if name in chosen or COLUMNS[name].required) if chosen else None


def saved_columns(member: Membership, tab: Tab) -> tuple[str, ...] | None:
    """Return the member's own choice for a tab, None for the default (U-5)."""
    return chosen_columns((member.columns if tab == Tab.ALL else member.pending_columns).split(","))
