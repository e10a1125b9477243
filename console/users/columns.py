"""The columns of the Users page: their order, headings and which are shown. The cells stand in templates/rows/."""

from functools import lru_cache
from typing import Any

import django_tables2 as tables
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from console.users.params import Tab, UserListParams
from organizations.models import Membership


def column(label: str | Promise, *, css: str = "", **options: Any) -> tables.Column:
    """A column by its heading; `css` is the class of the heading's cell."""
    attrs = {"th": {"class": css} if css else {}}
    return tables.Column(verbose_name=label, attrs=attrs, empty_values=(), **options)


class UserTable(tables.Table):
    """Every column of the Users page, in order. rows/user.html has the cells in the same order."""

    pick = column(_("Select"), css="pick", orderable=False)
    name = column(_("Name"), css="sticky")
    role = column(_("Role"))
    groups = column(_("Groups"), orderable=False)
    projects = column(_("Projects"), orderable=False)
    invited_by = column(_("Invited by"), orderable=False)
    sent = column(_("Sent"), orderable=False)
    status = column(_("Status"), orderable=False)
    two_factor = column(_("2FA"), orderable=False)
    last_active = column(_("Last active"), initial_sort_descending=True)
    managed_by = column(_("Managed by"), orderable=False)
    invite_expires = column(_("Invite expires"))
    joined = column(_("Joined"), initial_sort_descending=True)
    more = column(_("Actions"), css="more", orderable=False)


OPTIONAL = tuple(name for name in UserTable.base_columns if name not in ("pick", "name", "more"))


def saved_columns(member: Membership, tab: Tab) -> tuple[str, ...] | None:
    """The member's own choice for the tab, None where it is the usual one (U-5)."""
    kept = (member.columns if tab == Tab.ALL else member.pending_columns).split(",")
    return tuple(name for name in OPTIONAL if name in kept) or None


def table_of(listing: UserListParams) -> UserTable:
    """The head of the listing's table; its rows are rendered elsewhere, so it holds none and can be kept."""
    return _table(listing.shown, listing.sort, frozenset(listing.available_sorts()), get_language())


@lru_cache(maxsize=256)
def _table(shown: tuple[str, ...], sort: str, offered: frozenset[str], language: str) -> UserTable:
    table = UserTable([], order_by=sort, exclude=[name for name in OPTIONAL if name not in shown])
    for name in set(shown) - offered:
        table.columns[name].column.orderable = False
    # Does something with a script only (static/js/inside/select.js).
    table.columns["pick"].column.verbose_name = format_html(
        '<span class="sr-only">{}</span>'
        '<input class="check" type="checkbox" form="bulk" data-select-page aria-label="{}">',
        _("Select"),
        _("Select this page"),
    )
    # Its heading is for who cannot see that the buttons below are alike.
    table.columns["more"].column.verbose_name = format_html('<span class="sr-only">{}</span>', _("Actions"))
    return table
