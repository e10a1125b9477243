"""One page of members by key: never OFFSET, never all of them (docs/performance.md has the measurements)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection

from console.listing import Listing
from console.queries import sql
from organizations.models import Membership, Organization

PAGE_SIZE = 50
# How far a search or a filter that no index serves walks along the sort before it goes and gathers instead.
WALK_LIMIT = 1500
COLUMNS = (
    "id, user_id, first_name, last_name, email, sort_name, status, managed_by, invited_by_id, role_order,"
    " invite_expires_at, joined_at, last_active_at"
)


@dataclass(frozen=True)
class Page:
    """Members in the order of the listing that they are of; the neighbouring pages where there are some."""

    listing: Listing
    members: list[Membership]
    previous: Listing | None = None
    next: Listing | None = None


def page_of(organization: Organization, listing: Listing, *, now: datetime) -> Page:
    """The listing's page: one query, two where a search is common. A cursor with nothing behind it: the first page."""
    try:
        members = _read(organization, listing, now)
    except (ValueError, ValidationError):  # values of a cursor that an earlier release signed
        listing, members = listing.first_page(), None
    if not members and (listing.cursor or members is None):
        listing = listing.first_page()
        members = _read(organization, listing, now)
    return _framed(organization, listing, members or [])


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


def _read(organization: Organization, listing: Listing, now: datetime) -> list[Membership]:
    """Common things fill a page while walking a little along the sort's index; rare ones are gathered by an index
    of their own and sorted. Which of the two a search is shows in the walk, whatever statistics say of it."""
    members = _fetch(*_walk(organization, listing, now))
    if len(members) <= PAGE_SIZE and _sieved(listing) and connection.vendor == "postgresql":
        members = _fetch(*_gather(organization, listing, now))
    return members


def _sieved(listing: Listing) -> bool:
    """Whether the walk looks at rows that it then leaves out."""
    return bool(listing.words) or (listing.filter.expired is not None and listing.keys != ("invite_expires_at",))


def _fetch(query: str, params: sql.Params) -> list[Membership]:
    return list(Membership.objects.raw(query, params))


def _walk(organization: Organization, listing: Listing, now: datetime) -> tuple[str, sql.Params]:
    """Along the sort's index, (organization, status, sort, id), the statuses merged, until the page is full.

    Each status is a limited query of its own, so that PostgreSQL merges ordered index scans; one that names
    several statuses would be sorted as a whole.
    """
    order, (beyond, beyond_params) = sql.ordered(listing), sql.beyond(listing)
    time, time_params = sql.within(listing.filter, now)
    found, found_params = sql.matching(listing.words)
    if not _sieved(listing):  # then the time is the sort as well
        beyond, beyond_params, time, time_params = time + beyond, time_params + beyond_params, "", []
    reach = _reach(listing)
    branch = f"""SELECT * FROM (
        SELECT {COLUMNS}, search_text FROM {sql.TABLE} WHERE organization_id = %s AND status = %s{beyond}
        ORDER BY {order} LIMIT {reach}) AS branch"""
    query = f"""SELECT {COLUMNS} FROM (
        SELECT * FROM ({" UNION ALL ".join([branch] * len(listing.filter.statuses))}) AS merged
        ORDER BY {order} LIMIT {reach}) AS walked
        WHERE true{time}{found} ORDER BY {order} LIMIT {PAGE_SIZE + 1}"""
    params: sql.Params = []
    for status in listing.filter.statuses:
        params += [sql.owner(organization), status.value, *beyond_params]
    return query, [*params, *time_params, *found_params]


def _reach(listing: Listing) -> int:
    if not _sieved(listing):
        return PAGE_SIZE + 1
    return WALK_LIMIT if connection.vendor == "postgresql" else 1_000_000_000


def _gather(organization: Organization, listing: Listing, now: datetime) -> tuple[str, sql.Params]:
    """All hits by the index that finds them, then sorted. MATERIALIZED keeps the planner from walking after all."""
    time, time_params = sql.within(listing.filter, now)
    found, found_params = sql.matching(listing.words)
    beyond, beyond_params = sql.beyond(listing)
    statuses = [status.value for status in listing.filter.statuses]
    order = sql.ordered(listing)
    query = f"""
        WITH hits AS MATERIALIZED (
            SELECT id, {", ".join(listing.keys)} FROM {sql.TABLE}
            WHERE organization_id = %s AND status IN ({sql.places(statuses)}){time}{found}
        ), page AS MATERIALIZED (
            SELECT id FROM hits WHERE true{beyond} ORDER BY {order} LIMIT {PAGE_SIZE + 1}
        )
        SELECT {COLUMNS} FROM {sql.TABLE} JOIN page USING (id) ORDER BY {order}"""
    return query, [sql.owner(organization), *statuses, *time_params, *found_params, *beyond_params]
