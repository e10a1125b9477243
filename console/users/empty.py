"""What an empty list of the Users page says, and how it can be widened (U-3, U-6, U-18)."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console.queries.sql import short
from console.users.filters import active_filters
from console.users.params import EVERYONE, JOINED, Filters, Tab, UserListParams, default_params
from organizations.models import Status


def empty_state(slug: str, listing: UserListParams, matches: dict[str, int], chosen: dict[str, str]) -> dict[str, Any]:
    """Heading, text, url and action for ui/empty.html, and `choices` to take back, each a label and an address; nothing
    where the tab as such is empty.

    `matches` are the members whom the search finds whatever the filters, `chosen` the names of what is filtered by.
    """
    if not listing.is_filtered:
        return {}
    if listing.q and matches and not listing.picks:
        return _elsewhere(slug, listing, matches)
    filters = active_filters(listing, chosen)
    found = _searched(listing, filters) if listing.q else _filtered(filters)
    found["url"] = default_params(listing.tab).url(slug)
    if len(filters) + bool(listing.q) > 1:
        found["choices"] = _choices(slug, listing, filters)
    return found


def _searched(listing: UserListParams, filters: list[tuple[str, str, str]]) -> dict[str, Any]:
    text = _("Search for a part of a name or an email address, or for all of it.")
    if any(map(short, listing.words)):
        text = _("One or two letters are found where a word begins. Type a third one to search within words.")
    elif filters:
        text = _("You’re looking at some members only. Take a filter away to search more of them.")
    return {
        "heading": _("No one matches “%(search)s”") % {"search": listing.q},
        "text": text,
        "action": _("Clear search and filters") if filters else _("Clear search"),
    }


def _filtered(filters: list[tuple[str, str, str]]) -> dict[str, Any]:
    if len(filters) > 1:
        return {
            "heading": _("No one matches these filters"),
            "text": _("Take one away to see more members."),
            "action": _("Clear filters"),
        }
    name, title, label = filters[0]
    if name == "status":
        return {
            "heading": _("No one is in “%(status)s”") % {"status": label},
            "text": _("Choose another status to see the others."),
            "action": _("Clear filter"),
        }
    return {
        "heading": _("No one matches %(filter)s “%(choice)s”") % {"filter": title, "choice": label},
        "text": _("Choose another, or clear the filter to see everyone."),
        "action": _("Clear filter"),
    }


def _choices(slug: str, listing: UserListParams, filters: list[tuple[str, str, str]]) -> list[tuple[str, str]]:
    found = [(f"{title}: {label}", listing.remove_filter(name).url(slug)) for name, title, label in filters]
    if listing.q:
        text = _("Search: %(search)s") % {"search": listing.q}
        found.insert(0, (text, listing.remove_filter("q").url(slug)))
    return found


def _elsewhere(slug: str, listing: UserListParams, matches: dict[str, int]) -> dict[str, Any]:
    """The search finds members of another status (U-3)."""
    invited, total = matches.get(Status.INVITED, 0), sum(matches.values())
    if invited == total:
        text = ngettext(
            "%(count)s person who has not accepted yet does.", "%(count)s people who have not accepted yet do.", total
        )
        action = _("Show pending members")
    else:
        text = ngettext(
            "%(count)s member with another status does.", "%(count)s members with another status do.", total
        )
        action = _("Search everyone")
    joined = listing.filter == JOINED
    heading = _("No one who joined matches “%(search)s”") if joined else _("No one here matches “%(search)s”")
    return {
        "heading": heading % {"search": listing.q},
        "text": text % {"count": total},
        "url": UserListParams(tab=Tab.ALL, q=listing.q, filter=EVERYONE, picks=Filters()).url(slug),
        "action": action,
    }
