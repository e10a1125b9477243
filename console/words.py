"""Sentences of the Users page that depend on numbers and on what was asked for."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console.listing import DEFAULT_SORT, EVERYONE, JOINED, Listing, Tab, whole
from console.queries import Counts
from organizations.models import Organization, Status

URL_NAMES = {Tab.ALL: "users", Tab.PENDING: "users_pending"}


def address_of(slug: str, listing: Listing) -> str:
    """Where the listing is found."""
    return reverse(URL_NAMES[listing.tab], args=[slug]) + listing.query()


def view_of(listing: Listing) -> str:
    """The listing's address below the Users page, as console.listing.listing_at reads it."""
    return ("pending/" if listing.tab == Tab.PENDING else "") + listing.query()


def summary(organization: Organization, counts: Counts) -> str:
    """The line below the heading; the Pending tab's counts name the expired."""
    if counts.expired is None:
        return _("Who is in %(organization)s, and what they can reach.") % {"organization": organization.name}
    if not counts.invited:
        return _("No invitation is waiting for an answer.")
    number = counts.invited.value
    waiting = ngettext("%(count)s invitation has no answer yet", "%(count)s invitations have no answer yet", number)
    parts = [waiting % {"count": counts.invited}]
    if counts.expired:
        expired = ngettext("%(count)s of them has expired", "%(count)s of them have expired", counts.expired.value)
        parts.append(expired % {"count": counts.expired})
    links = _("Links work for %(days)s days from the first send.") % {"days": settings.INVITATION_DAYS}
    return f"{', '.join(parts)}. {links}"


def found(count: int, *, more: bool) -> str:
    """How many rows there are, or are shown of more."""
    if more:
        return _("Showing %(count)s users") % {"count": count}
    return ngettext("%(count)s user", "%(count)s users", count) % {"count": count}


def _elsewhere(listing: Listing, matches: dict[str, int]) -> tuple[str, str]:
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
    return text % {"count": total}, action


def nobody(slug: str, listing: Listing, matches: dict[str, int]) -> dict[str, str]:
    """What an empty list says and offers: `matches` are the members whom the search finds whatever the filter (U-3).

    Gives heading, text, url and action for ui/empty.html; nothing where the tab as such is empty.
    """
    plain = address_of(slug, whole(listing.tab))
    if listing.q and matches:
        everyone = Listing(tab=Tab.ALL, q=listing.q, filter=EVERYONE)
        text, action = _elsewhere(listing, matches)
        heading = (
            _("No one who joined matches “%(search)s”")
            if listing.filter == JOINED
            else _("No one here matches “%(search)s”")
        )
        return {
            "heading": heading % {"search": listing.q},
            "text": text,
            "url": address_of(slug, everyone),
            "action": action,
        }
    if listing.q:
        return {
            "heading": _("No one matches “%(search)s”") % {"search": listing.q},
            "text": _("Search for a part of a name or an email address, or for all of it."),
            "url": plain,
            "action": _("Clear search and filters") if listing.filter.key else _("Clear search"),
        }
    if listing.filter.key:
        return {
            "heading": _("No one is in “%(status)s”") % {"status": listing.filter.label},
            "text": _("Choose another status to see the others."),
            "url": plain,
            "action": _("Clear filter"),
        }
    return {}


def sorts(listing: Listing) -> list[tuple[str, str, bool]]:
    """The choices of the Sort control that phones show instead of headings: value, label, chosen."""
    labels = {
        "name": _("Name, A to Z"),
        "-name": _("Name, Z to A"),
        "role": _("Role, highest first"),
        "-role": _("Role, lowest first"),
        "-last_active": _("Last active, newest first"),
        "last_active": _("Last active, oldest first"),
        "-joined": _("Joined, newest first"),
        "joined": _("Joined, oldest first"),
        "invite_expires": _("Expires soonest"),
        "-invite_expires": _("Expires latest"),
    }
    offered, default = listing.offered_sorts(), DEFAULT_SORT[listing.tab]
    return [
        ("" if key == default else key, label, key == listing.sort)
        for key, label in labels.items()
        if key.removeprefix("-") in offered
    ]
