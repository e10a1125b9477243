"""Sentences of the Users page that depend on numbers and on what was asked for."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console.queries import TabCounts
from console.users.params import DEFAULT_SORT, UserListParams
from organizations.models import Organization


def summary(organization: Organization, counts: TabCounts) -> str:
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


def sorts(listing: UserListParams) -> list[tuple[str, str, bool]]:
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
    offered, default = listing.available_sorts(), DEFAULT_SORT[listing.tab]
    return [
        ("" if key == default else key, label, key == listing.sort)
        for key, label in labels.items()
        if key.removeprefix("-") in offered
    ]
