"""One page of members by key: never OFFSET, never all of them (docs/performance.md has the measurements)."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models.base import ModelState

from console.listing import Listing
from console.queries import sql
from console.queries.picked import Chosen, among, checked, linked, resolve, sifted
from organizations.models import Membership, Organization, Status

PAGE_SIZE = 50
# Where a role, group or project that is asked for has so FEW members, they are gathered at once; SOME, and the sort's
# index is read with their ids at hand; more, and they are common enough to be met on a walk.
FEW, SOME = 500, 20_000
# How far a search, or a filter that no index serves, walks along the sort; and how far where the first walk met
# PROMISING of what it looked for, so that the second will probably fill the page.
WALK, LONG_WALK, PROMISING = 1000, 10_000, 10
ALWAYS = (
    "id, user_id, first_name, last_name, email, sort_name, status, managed_by, invited_by_id, role_order,"
    " last_active_at, two_factor"
)
COLUMNS = f"{ALWAYS}, invite_expires_at, joined_at"


def columns_of(listing: Listing) -> str:
    """What is read of each member: times only where they are shown or sorted by, since each is dear to make Python's.
    What is left out is asked for when it is used, as of any deferred field."""
    columns = ALWAYS
    if Status.INVITED in listing.filter.statuses:
        columns += ", invite_expires_at"
    if "joined" in (listing.columns or ()) or "joined_at" in listing.keys:
        columns += ", joined_at"
    return columns


@dataclass(frozen=True)
class Page:
    """Members in the order of the listing that they are of; the neighbouring pages where there are some; the names of
    the role, group and project that were asked for."""

    listing: Listing
    members: list[Membership]
    previous: Listing | None = None
    next: Listing | None = None
    chosen: dict[str, str] = field(default_factory=dict)


def page_of(organization: Organization, listing: Listing, *, now: datetime) -> Page:
    """The listing's page: one query; up to three where something is looked for. A cursor with nothing behind it gives
    the first page; somebody else's role, group or project nobody, and no name."""
    chosen = resolve(organization, listing.picks)
    if chosen.strange:
        return Page(listing.first_page(), [])
    try:
        members = _read(organization, listing, now, chosen)
    except (ValueError, ValidationError):  # values of a cursor that an earlier release signed
        listing, members = listing.first_page(), None
    if not members and (listing.cursor or members is None):
        listing = listing.first_page()
        members = _read(organization, listing, now, chosen)
    return replace(_framed(organization, listing, members or []), chosen=chosen.names)


def _framed(organization: Organization, listing: Listing, members: list[Membership]) -> Page:
    backwards = listing.cursor is not None and listing.cursor.backwards
    more, members = len(members) > PAGE_SIZE, members[:PAGE_SIZE]
    if backwards:
        members.reverse()
    for member in members:
        member.organization = organization
    if not members:
        return Page(listing, [])
    previous = more if backwards else listing.cursor is not None
    following = more or backwards
    return Page(
        listing,
        members,
        listing.at(organization.pk, _values(listing, members[0]), backwards=True) if previous else None,
        listing.at(organization.pk, _values(listing, members[-1]), backwards=False) if following else None,
    )


def _values(listing: Listing, member: Membership) -> tuple[Any, ...]:
    return tuple(getattr(member, name) for name in (*listing.keys, "id"))


def _read(organization: Organization, listing: Listing, now: datetime, chosen: Chosen) -> list[Membership]:
    """Common things fill a page while walking a little along the sort's index; rare ones are gathered by an index
    of their own and sorted. Which of the two a search is shows in the walk, whatever statistics say of it."""
    if not _sieved(listing):
        return _fetch(*_page(organization, listing, now))
    if connection.vendor == "postgresql" and chosen.least <= SOME:
        sifts = chosen.least > FEW and linked(listing.picks) and not listing.words and listing.filter.expired is None
        return _fetch(*(_sift(organization, listing) if sifts else _gather(organization, listing, now)))
    reach = WALK if connection.vendor == "postgresql" else 1_000_000_000
    members, cut = _met(organization, listing, now, reach)
    if cut and len(members) >= PROMISING and not chosen.names:
        members, cut = _met(organization, listing, now, LONG_WALK)
    return _fetch(*_gather(organization, listing, now)) if cut else members


def _met(organization: Organization, listing: Listing, now: datetime, reach: int) -> tuple[list[Membership], bool]:
    """The hits among the first `reach` rows; and whether more may lie behind, where they are no full page."""
    rows = _fetch(*_walk(organization, listing, now, reach))
    members = [member for member in rows if member.hit]  # type: ignore[attr-defined]
    cut = len(members) <= PAGE_SIZE and bool(rows) and rows[-1].place == reach  # type: ignore[attr-defined]
    return members, cut


def _sieved(listing: Listing) -> bool:
    """Whether some of the rows that the sort's index leads to have to be left out."""
    return bool(listing.words or listing.picks) or (
        listing.filter.expired is not None and listing.keys != ("invite_expires_at",)
    )


def _fetch(query: str, params: sql.Params) -> list[Membership]:
    """Members with what the query says of them: columns, and `hit` and `place` of a walk."""
    if connection.vendor != "postgresql":  # its values have to be made Python's
        return list(Membership.objects.raw(query, params))
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        names = [column.name for column in cursor.description]
        return [_made(names, row) for row in cursor.fetchall()]


def _made(names: list[str], row: tuple) -> Membership:
    """What Membership.from_db() makes, without the signals and checks that take a fifth of a page for fifty rows."""
    member = Membership.__new__(Membership)
    member._state = ModelState()
    member._state.adding, member._state.db = False, connection.alias
    member.__dict__.update(zip(names, row, strict=True))
    return member


def _merged(
    organization: Organization, listing: Listing, limit: int, where: str, values: sql.Params
) -> tuple[str, sql.Params]:
    """The listing's rows from its cursor on, by the sort's index: (organization, status, sort, id).

    Each status is a limited query of its own, so that PostgreSQL merges ordered index scans and stops; one that
    names several statuses would be sorted as a whole.
    """
    order, (beyond, beyond_values) = sql.ordered(listing), sql.beyond(listing)
    branch = f"""SELECT * FROM (
        SELECT {columns_of(listing)}, search_text FROM {sql.TABLE}
        WHERE organization_id = %s AND status = %s{where}{beyond}
        ORDER BY {order} LIMIT {limit}) AS branch"""
    branches = " UNION ALL ".join([branch] * len(listing.filter.statuses))
    params: sql.Params = []
    for status in listing.filter.statuses:
        params += [sql.owner(organization), status.value, *values, *beyond_values]
    return f"SELECT * FROM ({branches}) AS merged ORDER BY {order} LIMIT {limit}", params


def _page(organization: Organization, listing: Listing, now: datetime) -> tuple[str, sql.Params]:
    """A page and one more, where every row that the index leads to is one of them."""
    rows, params = _merged(organization, listing, PAGE_SIZE + 1, *sql.within(listing.filter, now))
    return f"SELECT {columns_of(listing)} FROM ({rows}) AS page ORDER BY {sql.ordered(listing)}", params


def _walk(organization: Organization, listing: Listing, now: datetime, reach: int) -> tuple[str, sql.Params]:
    """Hits among the first `reach` rows, until the page is full; the last of these rows, hit or not, if it is met."""
    rows, params = _merged(organization, listing, reach, "", [])
    time, time_params = sql.within(listing.filter, now)
    found, found_params = sql.matching(listing.words)
    picked, picked_params = checked(organization, listing.picks, "rows_")
    order = sql.ordered(listing)
    query = f"""
        SELECT {columns_of(listing)}, hit, place FROM (
            SELECT *, (true{time}{found}{picked}) AS hit, row_number() OVER (ORDER BY {order}) AS place
            FROM ({rows}) AS rows_
        ) AS walked
        WHERE hit OR place = {reach} ORDER BY {order} LIMIT {PAGE_SIZE + 1}"""
    return query, [*time_params, *found_params, *picked_params, *params]


def _sift(organization: Organization, listing: Listing) -> tuple[str, sql.Params]:
    """The sort's index alone is read, no row of the table, until a page of the ids that are asked for is met."""
    order, (beyond, beyond_values) = sql.ordered(listing), sql.beyond(listing)
    picked, values = sifted(organization, listing.picks)
    keys = ", ".join(("id", *listing.keys))
    branch = f"""SELECT * FROM (
        SELECT {keys} FROM {sql.TABLE} WHERE organization_id = %s AND status = %s{picked}{beyond}
        ORDER BY {order} LIMIT {PAGE_SIZE + 1}) AS branch"""
    params: sql.Params = []
    for status in listing.filter.statuses:
        params += [sql.owner(organization), status.value, *values, *beyond_values]
    branches = " UNION ALL ".join([branch] * len(listing.filter.statuses))
    query = f"""
        WITH page AS MATERIALIZED (SELECT id FROM ({branches}) AS merged ORDER BY {order} LIMIT {PAGE_SIZE + 1})
        SELECT {columns_of(listing)} FROM {sql.TABLE} JOIN page USING (id) ORDER BY {order}"""
    return query, params


def _gather(organization: Organization, listing: Listing, now: datetime) -> tuple[str, sql.Params]:
    """All hits by the index that finds them, then sorted. MATERIALIZED keeps the planner from walking after all."""
    time, time_params = sql.within(listing.filter, now)
    found, found_params = sql.matching(listing.words)
    picked, picked_params = among(organization, listing.picks)
    beyond, beyond_params = sql.beyond(listing)
    statuses = [status.value for status in listing.filter.statuses]
    order = sql.ordered(listing)
    query = f"""
        WITH hits AS MATERIALIZED (
            SELECT id, {", ".join(listing.keys)} FROM {sql.TABLE}
            WHERE organization_id = %s AND status IN ({sql.places(statuses)}){time}{found}{picked}
        ), page AS MATERIALIZED (
            SELECT id FROM hits WHERE true{beyond} ORDER BY {order} LIMIT {PAGE_SIZE + 1}
        )
        SELECT {columns_of(listing)} FROM {sql.TABLE} JOIN page USING (id) ORDER BY {order}"""
    return query, [sql.owner(organization), *statuses, *time_params, *found_params, *picked_params, *beyond_params]
