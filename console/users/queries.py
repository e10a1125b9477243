"""Which members a page of the Users page shows.

A page is read along the index of its sort, (organization, status, sort columns, id), and so costs the same at any size.
A search or a filter may match few members, and then the index would be read to its end. So only the first WALK rows
are checked: that finds whatever is common. Anything else is rare, and is gathered by its own index and sorted. Roles,
groups and projects with few members are gathered at once. docs/performance.md has the measurements.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet, TextField, Value
from django.db.models.functions import Coalesce, StrIndex
from django.db.models.lookups import GreaterThan

from base.lists.filters import Filter, Names, conditions, find_names, known_values
from base.lists.keyset import PAGE_SIZE, compare_rows, merge_sorted
from console.users.filters import TAB_FILTERS, UsersContext
from console.users.params import UserListParams
from organizations.models import Membership, Status
from organizations.queries import matching_members, search_pattern
from organizations.queries.deliveries import IsPending

# How many rows are checked along the index, and how many if the first WALK rows had at least PROMISING matches: then
# LONG_WALK rows will probably fill the page.
WALK, LONG_WALK = 1000, 10_000
PROMISING = PAGE_SIZE * WALK // LONG_WALK


@dataclass(frozen=True)
class UserPage:
    """The members of a page, and its neighbours. `names`: of the objects that the list is filtered by."""

    params: UserListParams
    members: list[Membership]
    names: Names
    previous: UserListParams | None = None
    next: UserListParams | None = None


def find_page(context: UsersContext, params: UserListParams, now: datetime) -> UserPage:
    """Return a page. A cursor without rows after it gives the first page.

    One query without search and filters. No member matches a role, group or project of another organization.
    """
    names = find_names(TAB_FILTERS[params.tab], params.filters, context)
    if (filters := known_values(params.filters, names)) is None:
        return UserPage(params.first_page(), [], names)
    try:
        found = find_members(context, replace(params, filters=filters), now, PAGE_SIZE + 1)
    except (ValueError, ValidationError):  # the cursor is of an earlier release
        found = []
    if not found and params.cursor:
        params = params.first_page()
        found = find_members(context, replace(params, filters=filters), now, PAGE_SIZE + 1)
    more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    if params.backwards:
        found.reverse()
    if not found:
        return UserPage(params, [], names)
    scope = context.organization.pk
    first, last = (cursor_values(params, *row) for row in (found[0], found[-1]))
    has_previous, has_next = (more, True) if params.backwards else (params.cursor is not None, more)
    return UserPage(
        params,
        [member for _section, member in found],
        names,
        params.page_at(scope, first, backwards=True) if has_previous else None,
        params.page_at(scope, last, backwards=False) if has_next else None,
    )


def cursor_values(params: UserListParams, section: int, member: Membership) -> tuple[Any, ...]:
    """Return the values of a cursor at this member."""
    values = tuple(getattr(member, name) for name in params.keys)
    return (section, *values) if params.first_word else values


def find_members(
    context: UsersContext, params: UserListParams, now: datetime, limit: int
) -> list[tuple[int, Membership]]:
    """Return up to `limit` members from the cursor on, each with the number of its section.

    Raises ValueError or ValidationError for a cursor that doesn't fit the sort.
    """
    sections = list(enumerate(sections_of(context, params, now)))
    if params.backwards:
        sections.reverse()
    values = params.cursor.values if params.cursor else None
    if values and params.first_word:
        sections = sections[[number for number, _ in sections].index(int(values[0])) :]
        values = values[1:]
    found: list[tuple[int, Membership]] = []
    rare = _rare_filter(context, params)
    for number, slices in sections:
        if values:
            slices = [_after(rows, params, values) for rows in slices]
        members = find_in(SectionSearch(context, params, now, number), slices, limit - len(found), rare=rare)
        found += [(number, member) for member in members]
        if len(found) == limit:
            break
        values = None
    return found


def iterate_members(
    context: UsersContext, params: UserListParams, now: datetime, size: int
) -> Iterator[list[Membership]]:
    """Yield all members of the view in its order, `size` at a time.

    What is common is read along the index. Of what is rare, the ids are gathered once: gathering and sorting for each
    part of the list would take time that grows with the square of the matches.
    """
    rare = _rare_filter(context, params)
    for number, slices in enumerate(sections_of(context, params, now)):
        search, rest = SectionSearch(context, params, now, number), slices
        while (members := _along_index(search, rest, size, rare=rare)) is not None:
            if members:
                yield members
            if len(members) < size:
                break
            last = [getattr(members[-1], name) for name in params.keys]
            rest = [_after(rows, params, last) for rows in slices]
        else:
            ids = list(gather(search, rest, rare=rare).values_list("pk", flat=True))
            for start in range(0, len(ids), size):
                found = Membership.objects.in_bulk(ids[start : start + size])
                yield [found[pk] for pk in ids[start : start + size] if pk in found]


def sections_of(context: UsersContext, params: UserListParams, now: datetime) -> list[list[QuerySet]]:
    """Return the view's members in sections that are listed one after the other, each as slices of the sort's index.

    Filters that are a range of it are applied here: a walk from the newest activity on would check everyone else first.

    A search that is sorted by name has two: people who search for "mar" mean Maria and Marcus, so names that begin
    with the first word come first. They are a range of the index, and so are found wherever in the alphabet they are.
    """
    members = Membership.objects.filter(organization=context.organization)
    ranges = conditions(_ranges(params), params.filters, context)
    if params.keys[0] == "invite_expires_at":
        ranges += _expiry(params, now)
    slices = [_with_status(members, status, params).filter(*ranges) for status in params.status.statuses]
    if not params.first_word:
        return [slices]
    start, end = _prefix_range(params.first_word)
    others = Q(sort_name__lt=start), Q(sort_name__gte=end)
    return [
        [rows.filter(sort_name__gte=start, sort_name__lt=end) for rows in slices],
        [rows.filter(condition) for rows in slices for condition in others],
    ]


def _ranges(params: UserListParams) -> list[Filter]:
    """Return the chosen filters that are a range of the sort's index."""
    return [item for item in TAB_FILTERS[params.tab] if item.name in params.filters and item.range_of == params.keys[0]]


def _with_status(members: QuerySet, status: Status, params: UserListParams) -> QuerySet:
    """Two sorts have an index of pending members only. For others, a generic plan would choose one of these two."""
    if status == Status.INVITED and params.keys[0] in ("invite_sent_at", "invite_delivery"):
        return members.filter(IsPending())
    return members.filter(status=status)


def _prefix_range(word: str) -> tuple[str, str]:
    """Names that begin with `word` are from the first of these to before the second: sort_name is compared by code
    points (organizations.0014)."""
    return word, word[:-1] + chr(ord(word[-1]) + 1)


def _after(rows: QuerySet, params: UserListParams, values: Sequence[Any], *, operator: str = "") -> QuerySet:
    forwards = params.descending == params.backwards
    return rows.filter(compare_rows(rows, params.keys, operator or (">" if forwards else "<"), values))


@dataclass(frozen=True)
class SectionSearch:
    """The conditions for the rows of one section."""

    context: UsersContext
    params: UserListParams
    now: datetime
    section: int

    @property
    def words(self) -> list[str]:
        """Every name of the first section already begins with the first word."""
        return self.params.words[1:] if self.params.first_word and self.section == 0 else self.params.words

    @property
    def is_empty(self) -> bool:
        """Whether all rows match."""
        by_expiry = self.params.keys[0] == "invite_expires_at"
        filters = set(self.params.filters) - {"status", *(item.name for item in _ranges(self.params))}
        return not (self.words or filters or (self.params.status.expired is not None and not by_expiry))

    def match(self, rows: QuerySet, *, by_row: bool = False, rare: str = "") -> QuerySet:
        """Return the rows that match. by_row: in a form for checking one after the other, which uses no other index.

        rare: the filter that few members match. They are found by it, and checked for the other filters.
        """
        checked = set(self.params.filters) - {rare} if by_row or rare else ()
        rows = rows.filter(
            *conditions(TAB_FILTERS[self.params.tab], self.params.filters, self.context, by_row=checked),
            *_expiry(self.params, self.now),
        )
        if not by_row:
            return matching_members(rows, " ".join(self.words))
        for word in self.words:
            text = Value(search_pattern(word), TextField())
            rows = rows.filter(GreaterThan(StrIndex(F("search_text"), text), 0))
        return rows


def _expiry(params: UserListParams, now: datetime) -> list[Q]:
    status = params.status
    if status.expired is None:
        return []
    condition = Q(invite_expires_at__lte=now) if status.expired else Q(invite_expires_at__gt=now)
    return [condition if status.only_pending else condition | ~Q(status=Status.INVITED)]


def _rare_filter(context: UsersContext, params: UserListParams) -> str:
    """Return a filter that is known to match few members, "" if none is. One query for each by links or delivery."""
    filters = [item for item in TAB_FILTERS[params.tab] if item.name in params.filters]
    rare = (item.name for item in filters if item.is_rare and item.is_rare(context, params.filters[item.name]))
    return next(rare, "")


def find_in(search: SectionSearch, slices: list[QuerySet], limit: int, *, rare: str) -> list[Membership]:
    """Return the first `limit` members of the slices that match."""
    found = _along_index(search, slices, limit, rare=rare)
    return list(gather(search, slices, rare=rare)[:limit]) if found is None else found


def _along_index(search: SectionSearch, slices: list[QuerySet], limit: int, *, rare: str) -> list[Membership] | None:
    """Return the first `limit` members that match, or None if so few of the first rows do that they are gathered."""
    if search.is_empty:
        return list(merge_sorted(slices, search.params.order, limit))
    for reach in () if rare else (WALK, LONG_WALK):
        members, is_complete = walk(search, slices, limit, reach)
        if is_complete or len(members) == limit:
            return members
        if len(members) < PROMISING:
            break
    return None


def gather(search: SectionSearch, slices: list[QuerySet], *, rare: str) -> QuerySet:
    """Return all that match. An expression is no index's order, so PostgreSQL can't choose to walk after all."""
    hits = search.match(reduce(or_, slices), rare=rare)
    return hits.order_by(*(_unindexed(name) for name in search.params.order))


def walk(search: SectionSearch, slices: list[QuerySet], limit: int, reach: int) -> tuple[list[Any], bool]:
    """Return up to `limit` matches among the first `reach` rows, and whether there are no other rows."""
    params = search.params
    keys = merge_sorted([rows.values_list(*params.keys) for rows in slices], params.order, reach)
    last = list(keys[reach - 1 : reach])
    if last:
        operator = "<=" if params.descending == params.backwards else ">="
        slices = [_after(rows, params, last[0], operator=operator) for rows in slices]
    matches = [search.match(rows, by_row=True) for rows in slices]
    return list(merge_sorted(matches, params.order, limit)), not last


def _unindexed(name: str) -> Any:
    column = Coalesce(F(name.removeprefix("-")), F(name.removeprefix("-")))
    return column.desc() if name.startswith("-") else column.asc()


def matching(context: UsersContext, params: UserListParams, now: datetime) -> QuerySet[Membership]:
    """Return all members that the search and the filters match, in no order."""
    filters = known_values(params.filters, find_names(TAB_FILTERS[params.tab], params.filters, context))
    if filters is None:
        return Membership.objects.none()
    rows = Membership.objects.filter(organization=context.organization, status__in=params.status.statuses)
    return SectionSearch(context, replace(params, filters=filters), now, section=1).match(rows)
