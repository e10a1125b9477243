"""One page of members by key: never OFFSET, never all of them (docs/performance.md has the measurements)."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection

from console.queries import sql
from console.queries.around import Around
from console.queries.lines import TIMES, Found, Line, lines_at, lines_of, wanted_by
from console.queries.picked import Chosen, among, few, linked, resolve, sifted
from console.queries.walking import beyond, ends, merged, ordered, phase_of, walk
from console.users.params import UserListParams
from organizations.models import Organization

PAGE_SIZE = 50
# Where a role, group or project that is asked for has so FEW members, they are looked up at once; SOME, and the sort's
# index is read with their ids at hand; more, and they are common enough to be met on a walk.
FEW, SOME = 500, 20_000
# How far a search, or a filter that no index serves, walks along the sort; and how far where the first walk met
# PROMISING of what it looked for, so that the second will probably fill the page.
WALK, LONG_WALK, PROMISING = 1000, 10_000, 10


@dataclass(frozen=True)
class Page:
    """Members in the order of the listing that they are of, and what stands around; the neighbouring pages where there
    are some; the names of the role, group and project that were asked for."""

    listing: UserListParams
    lines: list[Line]
    around: Around
    previous: UserListParams | None = None
    next: UserListParams | None = None
    chosen: dict[str, str] = field(default_factory=dict)


def page_of(organization: Organization, listing: UserListParams, *, now: datetime) -> Page:
    """The listing's page: one query; up to four where something is looked for. A cursor with nothing behind it gives
    the first page; somebody else's role, group or project nobody, and no name."""
    chosen = resolve(organization, listing.picks)
    if chosen.not_found:
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


def _framed(organization: Organization, listing: UserListParams, lines: list[Line], around: Around) -> Page:
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


def _values(listing: UserListParams, line: Line) -> tuple[Any, ...]:
    values = [line.time(name) if name in TIMES else getattr(line, name) for name in (*listing.keys, "id")]
    return (line.phase, *values) if listing.first_word else tuple(values)


def _read(organization: Organization, listing: UserListParams, now: datetime, chosen: Chosen) -> Found:
    """The page and one more. Common things fill a page while walking a little along the sort's index; rare ones are
    gathered by an index of their own and sorted. Which of the two a search is shows in the walk, whatever statistics
    say of it."""
    if not _sieved(listing):
        return _lines(organization, listing, now, _page(organization, listing, now))
    if connection.vendor == "postgresql" and chosen.least <= FEW:
        return _lines(organization, listing, now, _few(organization, listing, now, chosen))
    if connection.vendor == "postgresql" and chosen.least <= SOME:
        sifts = linked(listing.picks) and not listing.words and listing.filter.expired is None
        ids = _sift(organization, listing) if sifts else _gather(organization, listing, now)
        return _of(organization, listing, now, ids)
    reach = WALK if connection.vendor == "postgresql" else 1_000_000_000
    found, met = _met(organization, listing, now, reach)
    if met is not None and met >= PROMISING and not chosen.names:
        found, met = _met(organization, listing, now, LONG_WALK)
    return found if met is None else _of(organization, listing, now, _gather(organization, listing, now))


def _lines(organization: Organization, listing: UserListParams, now: datetime, page: tuple[str, sql.Params]) -> Found:
    return lines_of(organization, *page, wanted_by(listing), listing.tab, now)


def _of(organization: Organization, listing: UserListParams, now: datetime, ids: tuple[str, sql.Params]) -> Found:
    """The lines of the ids that a query gives."""
    return lines_at(organization, _ids(*ids), wanted_by(listing), listing.tab, now, phase_of(listing))


def _met(organization: Organization, listing: UserListParams, now: datetime, reach: int) -> tuple[Found, int | None]:
    """The hits among the first `reach` rows of each stretch. Where more may lie behind, and they are no full page, also
    how many of them are of that phase."""
    columns = ", ".join(dict.fromkeys((*wanted_by(listing).columns.split(", "), "invite_expires_at", "search_text")))
    page = walk(organization, listing, columns, now, reach=reach, most=PAGE_SIZE + 1)
    lines, around = _lines(organization, listing, now, page)
    hits: list[Line] = []
    for line in lines:
        if line.hit:
            hits.append(line)
        if ends(line.place, reach) and len(hits) <= PAGE_SIZE:
            return (hits, around), sum(hit.phase == line.phase for hit in hits)
    return (hits, around), None


def _ids(query: str, params: sql.Params) -> list[Any]:
    """Not by a plan that is kept: which is best depends on what is looked for."""
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return [row[0] for row in cursor.fetchall()]


def _sieved(listing: UserListParams) -> bool:
    """Whether some of the rows that the sort's index leads to have to be left out."""
    return bool(listing.words or listing.picks) or (
        listing.filter.expired is not None and listing.keys != ("invite_expires_at",)
    )


def _page(organization: Organization, listing: UserListParams, now: datetime) -> tuple[str, sql.Params]:
    """The CTE `page`, where every row that the index leads to is of the page, or the one more."""
    columns, within = wanted_by(listing).columns, sql.within(listing.filter, now)
    rows, params = merged(organization, listing, columns, PAGE_SIZE + 1, *within)
    place = f"row_number() OVER (ORDER BY {sql.ordered(listing)}) AS place, true AS hit, 0 AS phase"
    return f"page AS MATERIALIZED (SELECT *, {place} FROM ({rows}) AS rows_)", params


def _few(organization: Organization, listing: UserListParams, now: datetime, chosen: Chosen) -> tuple[str, sql.Params]:
    """The CTE `page` where one of the sets is so small that its members are looked at one by one: a plan for all."""
    phase, phase_params = phase_of(listing)
    picked, picked_params = few(organization, listing.picks, chosen.fewest, sql.TABLE)
    time, time_params = sql.within(listing.filter, now)
    found, found_params = sql.matching(listing.words, among_few=True)
    behind, behind_params = beyond(listing)
    statuses = [status.value for status in listing.filter.statuses]
    order = ordered(listing)
    page = f"""page AS MATERIALIZED (
        SELECT *, true AS hit, row_number() OVER (ORDER BY {order}) AS place FROM (
            SELECT {wanted_by(listing).columns}, {phase} AS phase FROM {sql.TABLE}
            WHERE {picked} AND {sql.OWNED} AND status IN ({sql.places(statuses)}){time}{found}
        ) AS rows_
        WHERE true{behind} ORDER BY {order} LIMIT {PAGE_SIZE + 1})"""
    params = [*phase_params, *picked_params, sql.owner(organization), *statuses]
    return page, [*params, *time_params, *found_params, *behind_params]


def _sift(organization: Organization, listing: UserListParams) -> tuple[str, sql.Params]:
    """The sort's index alone is read, no row of the table, until a page of the ids that are asked for is met."""
    picked, values = sifted(organization, listing.picks)
    rows, params = merged(organization, listing, ", ".join(("id", *listing.keys)), PAGE_SIZE + 1, picked, values)
    return f"SELECT id FROM ({rows}) AS rows_ ORDER BY {sql.ordered(listing)}", params


def _gather(organization: Organization, listing: UserListParams, now: datetime) -> tuple[str, sql.Params]:
    """All hits by the index that finds them, then sorted. MATERIALIZED keeps the planner from walking after all."""
    phase, phase_params = phase_of(listing)
    time, time_params = sql.within(listing.filter, now)
    found, found_params = sql.matching(listing.words)
    picked, picked_params = among(organization, listing.picks)
    behind, behind_params = beyond(listing)
    statuses = [status.value for status in listing.filter.statuses]
    query = f"""
        WITH hits AS MATERIALIZED (
            SELECT id, {", ".join(listing.keys)}, {phase} AS phase FROM {sql.TABLE}
            WHERE organization_id = %s AND status IN ({sql.places(statuses)}){time}{found}{picked}
        )
        SELECT id FROM hits WHERE true{behind} ORDER BY {ordered(listing)} LIMIT {PAGE_SIZE + 1}"""
    params = [*phase_params, sql.owner(organization), *statuses]
    return query, [*params, *time_params, *found_params, *picked_params, *behind_params]
