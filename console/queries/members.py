"""One page of members by key: never OFFSET, never all of them (docs/performance.md has the measurements)."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection

from console.listing import Listing
from console.queries import sql
from console.queries.around import Around
from console.queries.lines import TIMES, Found, Line, lines_at, lines_of, wanted_by
from console.queries.picked import Chosen, among, checked, linked, resolve, sifted
from organizations.models import Organization

PAGE_SIZE = 50
# Where a role, group or project that is asked for has so FEW members, they are gathered at once; SOME, and the sort's
# index is read with their ids at hand; more, and they are common enough to be met on a walk.
FEW, SOME = 500, 20_000
# How far a search, or a filter that no index serves, walks along the sort; and how far where the first walk met
# PROMISING of what it looked for, so that the second will probably fill the page.
WALK, LONG_WALK, PROMISING = 1000, 10_000, 10


@dataclass(frozen=True)
class Page:
    """Members in the order of the listing that they are of, and what stands around; the neighbouring pages where there
    are some; the names of the role, group and project that were asked for."""

    listing: Listing
    lines: list[Line]
    around: Around
    previous: Listing | None = None
    next: Listing | None = None
    chosen: dict[str, str] = field(default_factory=dict)


def page_of(organization: Organization, listing: Listing, *, now: datetime) -> Page:
    """The listing's page: one query; up to four where something is looked for. A cursor with nothing behind it gives
    the first page; somebody else's role, group or project nobody, and no name."""
    chosen = resolve(organization, listing.picks)
    if chosen.strange:
        return Page(listing.first_page(), *lines_at(organization, [], wanted_by(listing), listing.tab, now))
    try:
        lines, around = _read(organization, listing, now, chosen)
    except (ValueError, ValidationError):  # values of a cursor that an earlier release signed
        listing = listing.first_page()
        lines, around = _read(organization, listing, now, chosen)
    if not lines and listing.cursor:
        listing = listing.first_page()
        lines, around = _read(organization, listing, now, chosen)
    return replace(_framed(organization, listing, lines, around), chosen=chosen.names)


def _framed(organization: Organization, listing: Listing, lines: list[Line], around: Around) -> Page:
    backwards = listing.cursor is not None and listing.cursor.backwards
    more, lines = len(lines) > PAGE_SIZE, lines[:PAGE_SIZE]
    if backwards:
        lines.reverse()
    if not lines:
        return Page(listing, [], around)
    previous = more if backwards else listing.cursor is not None
    following = more or backwards
    return Page(
        listing,
        lines,
        around,
        listing.at(organization.pk, _values(listing, lines[0]), backwards=True) if previous else None,
        listing.at(organization.pk, _values(listing, lines[-1]), backwards=False) if following else None,
    )


def _values(listing: Listing, line: Line) -> tuple[Any, ...]:
    return tuple(line.time(name) if name in TIMES else getattr(line, name) for name in (*listing.keys, "id"))


def _read(organization: Organization, listing: Listing, now: datetime, chosen: Chosen) -> Found:
    """The page and one more. Common things fill a page while walking a little along the sort's index; rare ones are
    gathered by an index of their own and sorted. Which of the two a search is shows in the walk, whatever statistics
    say of it."""
    if not _sieved(listing):
        return _lines(organization, listing, now, _page(organization, listing, now))
    if connection.vendor == "postgresql" and chosen.least <= SOME:
        sifts = chosen.least > FEW and linked(listing.picks) and not listing.words and listing.filter.expired is None
        ids = _ids(*(_sift(organization, listing) if sifts else _gather(organization, listing, now)))
        return lines_at(organization, ids, wanted_by(listing), listing.tab, now)
    found, cut = _met(organization, listing, now, WALK if connection.vendor == "postgresql" else 1_000_000_000)
    if cut and len(found[0]) >= PROMISING and not chosen.names:
        found, cut = _met(organization, listing, now, LONG_WALK)
    if not cut:
        return found
    return lines_at(organization, _ids(*_gather(organization, listing, now)), wanted_by(listing), listing.tab, now)


def _lines(organization: Organization, listing: Listing, now: datetime, page: tuple[str, sql.Params]) -> Found:
    return lines_of(organization, *page, wanted_by(listing), listing.tab, now)


def _met(organization: Organization, listing: Listing, now: datetime, reach: int) -> tuple[Found, bool]:
    """The hits among the first `reach` rows; and whether more may lie behind, where they are no full page."""
    lines, around = _lines(organization, listing, now, _walk(organization, listing, now, reach))
    hits = [line for line in lines if line.hit]
    cut = len(hits) <= PAGE_SIZE and bool(lines) and lines[-1].place == reach
    return (hits, around), cut


def _ids(query: str, params: sql.Params) -> list[Any]:
    """Not by a plan that is kept: which is best depends on what is looked for."""
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return [row[0] for row in cursor.fetchall()]


def _sieved(listing: Listing) -> bool:
    """Whether some of the rows that the sort's index leads to have to be left out."""
    return bool(listing.words or listing.picks) or (
        listing.filter.expired is not None and listing.keys != ("invite_expires_at",)
    )


def _merged(
    organization: Organization, listing: Listing, columns: str, limit: int, where: str, values: sql.Params
) -> tuple[str, sql.Params]:
    """These columns of the listing's rows from its cursor on, by the sort's index: (organization, status, sort, id).

    Each status is a limited query of its own, so that PostgreSQL merges ordered index scans and stops; one that
    names several statuses would be sorted as a whole.
    """
    order, (beyond, beyond_values) = sql.ordered(listing), sql.beyond(listing)
    branch = f"""SELECT * FROM (
        SELECT {columns} FROM {sql.TABLE} WHERE organization_id = %s AND status = %s{where}{beyond}
        ORDER BY {order} LIMIT {limit}) AS branch"""
    branches = " UNION ALL ".join([branch] * len(listing.filter.statuses))
    params: sql.Params = []
    for status in listing.filter.statuses:
        params += [sql.owner(organization), status.value, *values, *beyond_values]
    return f"SELECT * FROM ({branches}) AS merged ORDER BY {order} LIMIT {limit}", params


def _page(organization: Organization, listing: Listing, now: datetime) -> tuple[str, sql.Params]:
    """The CTE `page`, where every row that the index leads to is of the page, or the one more."""
    columns, within = wanted_by(listing).columns, sql.within(listing.filter, now)
    rows, params = _merged(organization, listing, columns, PAGE_SIZE + 1, *within)
    place = f"row_number() OVER (ORDER BY {sql.ordered(listing)}) AS place, true AS hit"
    return f"page AS MATERIALIZED (SELECT *, {place} FROM ({rows}) AS rows_)", params


def _walk(organization: Organization, listing: Listing, now: datetime, reach: int) -> tuple[str, sql.Params]:
    """The CTE `page` of the hits among the first `reach` rows, until the page is full; and of the last of these rows,
    hit or not, if it is met. Its plan is the same whatever is looked for."""
    columns = ", ".join(dict.fromkeys((*wanted_by(listing).columns.split(", "), "invite_expires_at", "search_text")))
    rows, params = _merged(organization, listing, columns, reach, "", [])
    time, time_params = sql.within(listing.filter, now)
    found, found_params = sql.matching(listing.words)
    picked, picked_params = checked(organization, listing.picks, "rows_")
    order = sql.ordered(listing)
    page = f"""page AS MATERIALIZED (
        SELECT * FROM (
            SELECT *, (true{time}{found}{picked}) AS hit, row_number() OVER (ORDER BY {order}) AS place
            FROM ({rows}) AS rows_
        ) AS walked
        WHERE hit OR place = {reach} ORDER BY {order} LIMIT {PAGE_SIZE + 1})"""
    return page, [*time_params, *found_params, *picked_params, *params]


def _sift(organization: Organization, listing: Listing) -> tuple[str, sql.Params]:
    """The sort's index alone is read, no row of the table, until a page of the ids that are asked for is met."""
    picked, values = sifted(organization, listing.picks)
    rows, params = _merged(organization, listing, ", ".join(("id", *listing.keys)), PAGE_SIZE + 1, picked, values)
    return f"SELECT id FROM ({rows}) AS rows_ ORDER BY {sql.ordered(listing)}", params


def _gather(organization: Organization, listing: Listing, now: datetime) -> tuple[str, sql.Params]:
    """All hits by the index that finds them, then sorted. MATERIALIZED keeps the planner from walking after all."""
    time, time_params = sql.within(listing.filter, now)
    found, found_params = sql.matching(listing.words)
    picked, picked_params = among(organization, listing.picks)
    beyond, beyond_params = sql.beyond(listing)
    statuses = [status.value for status in listing.filter.statuses]
    query = f"""
        WITH hits AS MATERIALIZED (
            SELECT id, {", ".join(listing.keys)} FROM {sql.TABLE}
            WHERE organization_id = %s AND status IN ({sql.places(statuses)}){time}{found}{picked}
        )
        SELECT id FROM hits WHERE true{beyond} ORDER BY {sql.ordered(listing)} LIMIT {PAGE_SIZE + 1}"""
    return query, [sql.owner(organization), *statuses, *time_params, *found_params, *picked_params, *beyond_params]
