"""Options of the audit log's filter menus, with search."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base.picker import MAX_OPTIONS
from console.audit_log.actions import search_actions
from console.audit_log.filters import ANY_TIME, PERIODS
from console.audit_log.params import AuditLogParams
from console.audit_log.queries import members_by_id, named_in_log
from organizations.models import Membership
from organizations.permissions import Permission
from organizations.policies import can
from organizations.queries import member_choices

# Groups of choices, each a heading and pairs of value and label, and whether there are more.
Choices = tuple[list[tuple[str, list[tuple[str, str]]]], bool]


class Menu(NamedTuple):
    """A menu with a search. `search` gets the viewer and the text."""

    heading: str | Promise
    search_label: str | Promise
    search: Callable[[Membership, str], Choices]


def _people(viewer: Membership, search: str) -> Choices:
    """Return members and other recent actors: identity providers, access keys and deleted people.

    For viewers who can't see the Users page, all names come from the log.
    """
    organization = viewer.organization
    acted = named_in_log(organization.pk, search, field="actor")
    more = len(acted) > MAX_OPTIONS
    if not can(viewer, Permission.PEOPLE_VIEW):
        return _groups(("", acted)), more
    found = member_choices(organization, search, [])
    members = members_by_id(organization, {pk for pk, _label in acted})
    others = [(pk, label) for pk, label in acted if pk not in members]
    listed = [(member.pk, member.name) for member in found.listed]
    return _groups((_("Users"), listed), (_("Others in the log"), others)), found.more or more


def _targets(viewer: Membership, search: str) -> Choices:
    """Return recent targets, including deleted ones."""
    found = named_in_log(viewer.organization_id, search, field="target")
    return _groups(("", found)), len(found) > MAX_OPTIONS


def _actions(_viewer: Membership, search: str) -> Choices:
    return list(search_actions(search)), False


def _groups(*groups: tuple[str, list]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the groups that aren't empty, cut to MAX_OPTIONS choices."""
    return [
        (heading, [(str(value), label) for value, label in choices[:MAX_OPTIONS]])
        for heading, choices in groups
        if choices
    ]


MENUS = {
    "person": Menu(gettext_lazy("Filter by person"), gettext_lazy("Search people"), _people),
    "action": Menu(gettext_lazy("Filter by event"), gettext_lazy("Search events"), _actions),
    "target": Menu(gettext_lazy("Filter by target"), gettext_lazy("Search targets"), _targets),
}


def time_choices(params: AuditLogParams, slug: str) -> dict[str, Any]:
    """Return what console/audit_log/_when.html takes: links to periods, and what the form of dates keeps."""
    start, end = params.value("from"), params.value("to")
    base = params.remove_filter("from").remove_filter("to").remove_filter("when")
    current = "custom" if start or end else params.value("when")
    periods = [("", ANY_TIME), *PERIODS]
    return {
        "entries": [(label, base.set_filter("when", value).url(slug), value == current) for value, label in periods],
        "start": start,
        "end": end,
        "kept": base.pairs(),
        "action": AuditLogParams().url(slug),
    }
