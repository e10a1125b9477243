"""What an empty list of the Users page says, and how the user can widen it (U-3, U-6, U-18)."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from base.lists.controls import ActiveFilter, active_filters, chips
from base.lists.empty import EmptyState
from base.lists.filters import Names
from console.users.filters import JOINED, TAB_FILTERS, Tab, UsersContext
from console.users.params import UserListParams
from organizations.models import Status
from organizations.queries import search_pattern


def empty_state(
    context: UsersContext, params: UserListParams, names: Names, matches: Mapping[str, int]
) -> EmptyState | None:
    """Return the message of a list that a search or filters made empty, None if the tab itself is empty.

    names: of the objects that the list is filtered by. matches: how many members of each status the search matches.
    """
    if not params.is_filtered:
        return None
    slug = context.organization.slug
    if matches and set(params.filters) <= {"status"}:
        return _other_status(slug, params, matches)
    filters = active_filters(TAB_FILTERS[params.tab], params.filters, names, context)
    state = _no_matches(params, filters) if params.q else _nothing_filtered(filters)
    state.url = params.everyone(params.tab).url(slug)
    if len(filters) + bool(params.q) > 1:
        state.choices = chips(filters, params, lambda view: view.url(slug))
        if params.q:
            text = _("Search: %(search)s") % {"search": params.q}
            state.choices.insert(0, (text, params.remove_filter("q").url(slug)))
    return state


def _no_matches(params: UserListParams, filters: list[ActiveFilter]) -> EmptyState:
    text = _("Try part of a name or email address.")
    if any(search_pattern(word) != word for word in params.words):
        text = _("Short searches match the start of a word. Type 3 letters to search anywhere.")
    elif filters:
        text = _("Filters hide some members. Remove a filter to search more of them.")
    return EmptyState(
        heading=_("No members match “%(search)s”") % {"search": params.q},
        text=text,
        action=_("Clear search and filters") if filters else _("Clear search"),
    )


def _nothing_filtered(filters: list[ActiveFilter]) -> EmptyState:
    if len(filters) > 1:
        return EmptyState(
            heading=_("No members match these filters"),
            text=_("Remove a filter to see more members."),
            action=_("Clear filters"),
        )
    words = {"filter": filters[0].label, "value": filters[0].value_label}
    return EmptyState(
        heading=_("No members match %(filter)s “%(value)s”") % words,
        text=_("Choose another value, or clear the filter to see everyone."),
        action=_("Clear filter"),
    )


def _other_status(slug: str, params: UserListParams, matches: Mapping[str, int]) -> EmptyState:
    """The search matches members with another status (U-3)."""
    pending, total = matches.get(Status.INVITED, 0), sum(matches.values())
    if pending == total:
        text = ngettext("%(count)s pending invitation matches.", "%(count)s pending invitations match.", total)
        action = _("Show pending members")
    else:
        text = ngettext(
            "%(count)s member with another status matches.", "%(count)s members with another status match.", total
        )
        action = _("Search everyone")
    heading = _("No members match “%(search)s”")
    if params.status != JOINED:
        heading = _("No members with this status match “%(search)s”")
    everyone = UserListParams(tab=Tab.ALL, q=params.q, filters={"status": ("everyone",)})
    return EmptyState(
        heading=heading % {"search": params.q},
        text=text % {"count": total},
        url=everyone.url(slug),
        action=action,
    )
