"""Pages of SCIM resources, by index or by cursor: what a page costs doesn't depend on how deep it is.

A page by index starts after the last row of the page before it, whose position is kept in the cache for an hour. Where
it isn't, as for a client that starts in the middle, the database skips rows in an index.
"""

import hashlib
from datetime import datetime
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db.models import Q, QuerySet
from scim2_models import InvalidCursorException, InvalidPathException, SearchRequest

from organizations.models import ManagedBy, Membership, Organization
from organizations.queries import member_counts

COUNT_CAP = 10_000
POSITION_LIFETIME = 3600
SORTS = {
    "User": {"username": "user_name_key", "id": "pk", "meta.lastmodified": "modified_at"},
    "Group": {"displayname": "display_name_key", "id": "pk", "meta.lastmodified": "modified_at"},
}
Position = dict[str, Any]


class Page(NamedTuple):
    """Rows of a page. `total` is None for a page by cursor."""

    rows: list[Any]
    total: int | None
    next: Position | None = None
    previous: Position | None = None

    def of(self, model: type) -> list[Any]:
        """Return the rows of one model. A search at the root finds rows of several."""
        return [row for row in self.rows if isinstance(row, model)]

    def cut(self, size: int, column: str) -> "Page":
        """Return the page with its first rows only. The next page starts after them."""
        after = _position(self.rows[size - 1], column) if self.total is None else None
        return Page(self.rows[:size], self.total, after, self.previous)


def sort_column(search: SearchRequest[Any], kind: str, model: Any) -> str:
    """Return the column to sort by, "pk" by default. Raises InvalidPathException for attributes without an index."""
    if search.sort_by is None:
        return "pk"
    binding = search.sort_binding(model)
    name = binding.urn.lower().rpartition(f":{kind.lower()}:")[2] if binding else ""
    if name not in SORTS[kind]:
        raise InvalidPathException(detail=f"Can't sort by {search.sort_by}. Use {', '.join(SORTS[kind])}")
    return SORTS[kind][name]


def is_descending(search: SearchRequest[Any]) -> bool:
    return search.sort_by is not None and str(search.sort_order or "") == "descending"


def _order(column: str, ascending: bool) -> list[str]:
    sign = "" if ascending else "-"
    return [f"{sign}pk"] if column == "pk" else [f"{sign}{column}", f"{sign}pk"]


def _after(position: Position, column: str, ascending: bool) -> Q:
    """Return the condition for rows after a position. The first part lets the index skip to it."""
    sign = "gt" if ascending else "lt"
    beyond = Q(**{f"pk__{sign}": position["i"]})
    if column == "pk":
        return beyond
    return Q(**{f"{column}__{sign}e": position["k"]}) & (Q(**{f"{column}__{sign}": position["k"]}) | beyond)


def _position(row: Any, column: str, direction: str = "next") -> Position:
    key = None if column == "pk" else getattr(row, column)
    return {"d": direction, "k": key.isoformat() if isinstance(key, datetime) else key, "i": str(row.pk)}


def page_by_cursor(rows: QuerySet, column: str, descending: bool, count: int | None, position: Any) -> Page:
    """Return the page at a position that an earlier page gave, or the first one."""
    direction = "next"
    if position is not None:
        if not isinstance(position, dict) or set(position) != {"d", "k", "i"}:
            raise InvalidCursorException
        direction = position["d"]
    if count == 0:
        return Page([], None)
    ascending = (direction == "next") != descending
    if position is not None:
        rows = rows.filter(_after(position, column, ascending))
    found = list(rows.order_by(*_order(column, ascending))[: count + 1 if count else None])
    more = bool(count) and len(found) > count  # type: ignore[operator]
    found = found[:count] if count else found
    if direction == "previous":
        found.reverse()
    has_next, has_previous = (more, position is not None) if direction == "next" else (True, more)
    return Page(
        found,
        None,
        _position(found[-1], column) if found and has_next else None,
        _position(found[0], column, "previous") if found and has_previous else None,
    )


def page_by_index(
    rows: QuerySet, column: str, descending: bool, search: SearchRequest[Any], organization: Organization
) -> Page:
    """Return the page at startIndex, with the number of results."""
    start, count = (search.start_index or 1) - 1, search.count
    order = _order(column, not descending)
    if count == 0:
        return Page([], count_rows(rows, organization, search))
    cache_key = _cache_key(rows, search, organization, start)
    position = cache.get(cache_key) if start else None
    if position:
        selected = rows.filter(_after(position, column, not descending)).order_by(*order)[:count]
    elif start:
        ids = rows.order_by(*order).values("pk")[start : start + count if count else None]
        selected = rows.filter(pk__in=ids).order_by(*order)
    else:
        selected = rows.order_by(*order)[:count]
    found = list(selected)
    if count and len(found) == count:
        cache.set(
            _cache_key(rows, search, organization, start + count), _position(found[-1], column), POSITION_LIFETIME
        )
        return Page(found, count_rows(rows, organization, search))
    # The last page, which tells the number. An empty one beyond the end doesn't.
    return Page(found, start + len(found) if found or not start else count_rows(rows, organization, search))


def _cache_key(rows: QuerySet, search: SearchRequest[Any], organization: Organization, start: int) -> str:
    query = f"{rows.model.__name__}:{search.filter}:{search.sort_by}:{search.sort_order}:{start}"
    return f"scim-page:{organization.pk}:{hashlib.sha256(query.encode()).hexdigest()}"


def count_rows(rows: QuerySet, organization: Organization, search: SearchRequest[Any]) -> int:
    """Return the number of results: exact up to 10,000. Beyond, it's exact for all users, and 10,001 for a filter.

    The members whom SCIM doesn't manage are few, or else so many that counting them takes as long as the others.
    """
    found = rows.order_by()[: COUNT_CAP + 1].count()
    if found <= COUNT_CAP or search.filter is not None or rows.model.__name__ != "ScimUser":
        return found
    manual = Membership.objects.filter(organization=organization, managed_by=ManagedBy.MANUAL)
    others = manual.order_by()[: COUNT_CAP + 1].count()
    return sum(member_counts(organization).values()) - others if others <= COUNT_CAP else rows.order_by().count()
