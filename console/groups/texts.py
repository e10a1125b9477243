"""Texts of the Groups pages."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from base.lists.keyset import KeysetPage

NAME_TAKEN = gettext_lazy("A group named “%(name)s” already exists. Choose another name.")


def group_count(page: KeysetPage) -> str:
    """Return how many groups there are, or how many of them are shown."""
    count = len(page.rows)
    if page.more:
        return _("Showing %(count)s groups") % {"count": count}
    return ngettext("%(count)s group", "%(count)s groups", count) % {"count": count}


def member_count(page: KeysetPage, total: int) -> str:
    """Return how many of the group's members are shown, or found by a search."""
    count = len(page.rows)
    if page.more:
        return _("Showing %(count)s members, newest first") % {"count": count}
    if count < total:
        return ngettext("%(count)s member found", "%(count)s members found", count) % {"count": count}
    return ngettext("%(count)s member", "%(count)s members", count) % {"count": count}


def members_added(count: int, group: str) -> str:
    text = ngettext("Added %(count)s member to %(group)s.", "Added %(count)s members to %(group)s.", count)
    return text % {"count": count, "group": group}


def projects_added(count: int, group: str) -> str:
    text = ngettext(
        "%(group)s now has access to %(count)s more project.",
        "%(group)s now has access to %(count)s more projects.",
        count,
    )
    return text % {"count": count, "group": group}
