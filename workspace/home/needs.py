"""The "Needs your attention" card on the Homepage of people who manage users (A-1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from base.counting import Count, capped_count
from base.sentences import join_names
from console.provisioning.log import LogParams
from console.provisioning.log_texts import FAILED_RECENTLY
from console.users.delivery import ASKED, PROBLEM
from console.users.filters import Tab
from console.users.params import users_view
from console.users.selection import count_matching
from invitations.queries import MOST_REQUESTS, link_requests, undelivered_members
from organizations.models import Membership
from organizations.permissions import Permission
from organizations.policies import can
from organizations.queries import EXPIRES_SOON, expiring_members
from provisioning.queries.join_requests import count_open_requests as count_join_requests
from provisioning.queries.join_requests import open_requests as open_join_requests
from provisioning.queries.scim import RECENTLY, connection_of, failed_requests, open_adoption_requests

# Names in a line; there may be more people.
NAMED = 3


@dataclass(frozen=True)
class Need:
    """A line of the card: text, count, the people concerned (`detail`), time, and the URL of the list."""

    tone: str
    icon: str
    title: str
    count: Count
    detail: str
    url: str
    action: str
    at: datetime | None = None


def needs(viewer: Membership, now: datetime) -> list[Need]:
    """Return the lines for lists that the viewer can open, most urgent first. At most ten queries."""
    found: list[Need] = []
    if can(viewer, Permission.PEOPLE_VIEW):
        found += [
            need for find in (_undelivered, _link_requests, _expiring, _join_requests) for need in find(viewer, now)
        ]
    if can(viewer, Permission.SECURITY_VIEW):
        found += _provisioning(viewer, now)
    return found


def _pending_url(viewer: Membership, **filters: str) -> str:
    """Return the URL of the Pending tab with these filters."""
    return users_view(Tab.PENDING, **filters).url(viewer.organization.slug)


def _members(members: Sequence[Membership], count: Count) -> str:
    """Return the first NAMED names and how many more there are, as text."""
    return join_names([member.name for member in members], limit=NAMED, total=count.value)


def _undelivered(viewer: Membership, now: datetime) -> list[Need]:
    undelivered = undelivered_members(viewer.organization)
    members = list(undelivered[:NAMED])
    count = capped_count(undelivered) if len(members) == NAMED else Count(len(members))
    title = ngettext("%(count)s invitation wasn’t delivered", "%(count)s invitations weren’t delivered", count.value)
    url = _pending_url(viewer, delivery=PROBLEM)
    return _need("danger", "mail", title, count, _members(members, count), url, _("View delivery problems"))


def _link_requests(viewer: Membership, now: datetime) -> list[Need]:
    invitations, view = link_requests(viewer.organization), users_view(Tab.PENDING, delivery=ASKED)
    count = Count(len(invitations))
    if count.value == MOST_REQUESTS:  # the list may be longer
        count = count_matching(viewer.organization, view, now)
    title = ngettext("%(count)s person asked for a new link", "%(count)s people asked for a new link", count.value)
    members = [each.membership for each in invitations if each.membership]
    at = invitations[0].new_link_asked_at if invitations else None
    url = view.url(viewer.organization.slug)
    return _need("accent", "refresh", title, count, _members(members, count), url, _("Send link"), at)


def _expiring(viewer: Membership, now: datetime) -> list[Need]:
    count, members = expiring_members(viewer.organization, now, limit=NAMED)
    days = EXPIRES_SOON.days
    title = ngettext(
        "%(count)s invitation expires in the next %(days)s days",
        "%(count)s invitations expire in the next %(days)s days",
        count.value,
    ) % {"days": days, "count": "%(count)s"}
    url = _pending_url(viewer, status="pending", expires="soon")
    return _need("warning", "clock", title, count, _members(members, count), url, _("View pending"))


def _join_requests(viewer: Membership, now: datetime) -> list[Need]:
    organization = viewer.organization
    count = count_join_requests(organization) if can(viewer, Permission.PEOPLE_INVITE) else Count(0)
    names = [each.user.name for each in open_join_requests(organization)[:NAMED]] if count else []
    title = ngettext("%(count)s person asked to join", "%(count)s people asked to join", count.value)
    url = reverse("join_requests", args=[organization.slug])
    return _need("accent", "user-plus", title, count, join_names(names, total=count.value), url, _("View requests"))


def _provisioning(viewer: Membership, now: datetime) -> list[Need]:
    organization, connection = viewer.organization, connection_of(viewer.organization)
    if connection is None:
        return []
    url = reverse("provisioning", args=[organization.slug])
    log_url = LogParams(filters={"result": (FAILED_RECENTLY,)}).url(organization.slug)
    failures, last = failed_requests(organization, since=now - RECENTLY)
    title = ngettext("%(count)s provisioning request failed", "%(count)s provisioning requests failed", failures.value)
    found = _need("warning", "alert", title, failures, connection.label, log_url, _("View log"), last)
    waiting, members = open_adoption_requests(organization, limit=NAMED)
    title = ngettext(
        "Your identity provider asked to manage %(count)s member",
        "Your identity provider asked to manage %(count)s members",
        waiting.value,
    )
    return found + _need("accent", "link", title, waiting, _members(members, waiting), url, _("View requests"))


def _need(
    tone: str,
    icon: str,
    title: str,
    count: Count,
    detail: str,
    url: str,
    action: str,
    at: datetime | None = None,
) -> list[Need]:
    """Return the line in a list, or an empty list if the count is 0."""
    return [Need(tone, icon, title % {"count": count}, count, detail, url, action, at)] if count else []
