"""Queries of the audit log. Each reads the index of one filter, newest entries first, and stops after one page."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import reduce
from ipaddress import ip_address
from operator import and_, or_
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Max, Q, QuerySet

from audit.models import Entry
from base.lists.filters import Names, Values, conditions, find_names
from base.lists.keyset import PAGE_SIZE, compare_rows, merge_sorted
from base.picker import MAX_OPTIONS, search_words
from console.audit_log.actions import actions_of, search_actions
from console.audit_log.filters import FILTERS, AuditContext
from console.audit_log.params import AuditLogParams
from organizations.models import Membership, Organization
from organizations.queries import matching_members, matching_names

KEY = ("at", "id")
NEWEST = ("-at", "-id")
OLDEST = ("at", "id")
# No index supports search inside names, so search and menus read this many of the newest entries.
SEARCHED = 20_000
MAX_NAMED = 500
EXPORT_CHUNK = 500


@dataclass(frozen=True)
class AuditPage:
    """A page of the log, with the previous and next views and the names of the filter values."""

    params: AuditLogParams
    entries: list[Entry]
    names: Names
    previous: AuditLogParams | None = None
    next: AuditLogParams | None = None


def find_page(context: AuditContext, params: AuditLogParams) -> AuditPage:
    """Return the page: one query; two for a person, one each for a target and a search."""
    names = find_names(FILTERS, params.filters, context)
    scope, backwards = context.organization.pk, params.backwards
    order = OLDEST if backwards else NEWEST
    found = list(merge_sorted(_after_cursor(_slices(context, params), params), order, PAGE_SIZE + 1))
    more, entries = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    if not entries:
        return AuditPage(params, [], names)
    if backwards:
        entries.reverse()
    has_previous, has_next = (more, True) if backwards else (params.cursor is not None, more)
    first, last = ((entry.at, entry.pk) for entry in (entries[0], entries[-1]))
    closed = replace(params, entry=None)
    return AuditPage(
        params,
        entries,
        names,
        previous=closed.page_at(scope, first, backwards=True) if has_previous else None,
        next=closed.page_at(scope, last, backwards=False) if has_next else None,
    )


def iterate_entries(context: AuditContext, params: AuditLogParams, *, before: Entry) -> Iterator[list[Entry]]:
    """Yield all entries that match and are older than `before`, newest first, EXPORT_CHUNK at a time."""
    slices, last = _slices(context, params), before
    while True:
        older = [rows.filter(compare_rows(rows, KEY, "<", (last.at, last.pk))) for rows in slices]
        chunk = list(merge_sorted(older, NEWEST, EXPORT_CHUNK))
        if not chunk:
            return
        yield chunk
        last = chunk[-1]


def _after_cursor(slices: list[QuerySet[Entry]], params: AuditLogParams) -> list[QuerySet[Entry]]:
    if params.cursor is None:
        return slices
    operator, values = (">" if params.backwards else "<"), params.cursor.values
    try:
        return [rows.filter(compare_rows(rows, KEY, operator, values)) for rows in slices]
    except (ValueError, ValidationError):  # the cursor is of an earlier release
        return slices


def _slices(context: AuditContext, params: AuditLogParams) -> list[QuerySet[Entry]]:
    """Return the matching entries as disjoint querysets, each sorted by an index.

    A person is several: entries as actor and as target. So are several targets, and a subject, whose actions are looked
    up one by one unless a person or a target leaves few entries anyway.
    """
    rows = Entry.objects.filter(organization_id=context.organization.pk)
    rows = rows.filter(*conditions(FILTERS, params.filters, context))
    if params.q:
        rows = rows.filter(_search(context.organization.pk, params.q))
    people, targets, events = (params.values(name) for name in ("person", "target", "action"))
    actions = list(dict.fromkeys(action for event in events for action in actions_of(event)))
    if events and (people or targets or params.q):
        rows = rows.filter(action__in=actions)
    if people:
        rows = rows.filter(target_id__in=targets) if targets else rows
        return _of_people(rows, _person_ids(context.organization, people))
    if targets:
        return [rows.filter(target_id=target) for target in targets]
    if events and not params.q:
        return [rows.filter(action=each) for each in actions] or [rows.none()]
    return [rows]


def _person_ids(organization: Organization, people: Values) -> list[UUID]:
    """Return the ids that the log has for people: the members', and the users' in entries about the accounts."""
    users = Membership.objects.filter(organization=organization, pk__in=people, user__isnull=False)
    return [*map(UUID, people), *users.values_list("user_id", flat=True)]


def _of_people(rows: QuerySet[Entry], ids: list[UUID]) -> list[QuerySet[Entry]]:
    acted = [rows.filter(actor_id=each) for each in ids]
    return [*acted, *(rows.filter(target_id=each).exclude(actor_id__in=ids) for each in ids)]


def _search(organization_id: UUID, search: str) -> Q:
    """Return the condition for the newest entries that have every word in a name, the event, address or request id."""
    since = newest_since(organization_id)
    return reduce(and_, (_word(organization_id, word) for word in search.split()[:8]), since)


def _word(organization_id: UUID, word: str) -> Q:
    """Return the condition for one word. The log has names as they were; members are found by their folded names.

    Reads at most MAX_NAMED members: a database would compare each entry with a million of them.
    """
    actions = [value for _label, choices in search_actions(word) for value, _text in choices]
    parts = [Q(actor_label__icontains=word), Q(target_label__icontains=word), Q(request_id=word)]
    parts += [Q(action__in=actions)] if actions else []
    parts += [Q(action=word)]
    if search_words(word):
        members = matching_members(Membership.objects.filter(organization_id=organization_id), word)
        named = list(matching_names(members, word).values_list("pk", flat=True)[:MAX_NAMED])
        parts += [Q(actor_id__in=named), Q(target_id__in=named)] if named else []
    try:
        parts.append(Q(ip=str(ip_address(word))))
    except ValueError:
        pass
    return reduce(or_, parts)


def newest_since(organization_id: UUID) -> Q:
    """Return the condition for the SEARCHED newest entries. One query of the index alone."""
    times = Entry.objects.filter(organization_id=organization_id).order_by("-at", "id").values_list("at", flat=True)
    bound = times[SEARCHED : SEARCHED + 1].first()
    return Q(at__gt=bound) if bound else Q()


# --- menus -------------------------------------------------------------------------------------
def named_in_log(organization_id: UUID, search: str, *, field: str) -> list[tuple[UUID, str]]:
    """Return the first ids and names of actors or targets in the newest entries. `field` is "actor" or "target"."""
    rows = Entry.objects.filter(newest_since(organization_id), organization_id=organization_id)
    rows = rows.filter(**{f"{field}_id__isnull": False, f"{field}_label__icontains": search})
    named = rows.values(f"{field}_id").annotate(label=Max(f"{field}_label")).order_by("label", f"{field}_id")
    return list(named.values_list(f"{field}_id", "label")[: MAX_OPTIONS + 1])


def members_by_id(organization: Organization, ids: set[UUID]) -> dict[UUID, Membership]:
    """Return those of the ids that are members of the organization. One query."""
    members = Membership.objects.filter(organization=organization, pk__in=ids)
    return members.only("first_name", "last_name", "email", "organization_id").in_bulk()
