"""Members of a selection: ticked ones, or all that match a view. The database counts them, not Python."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import connection

from base.counting import CAP, Count
from console.bulk.selection import Selection
from console.queries import sql
from console.queries.lines import PLAIN, TIMES
from console.queries.picked import among
from console.queries.walking import Stretch, stretches_of
from console.users.params import Cursor, UserListParams
from organizations.models import Membership, Organization

COLUMNS = ", ".join((PLAIN, "user_id", *TIMES))
# Rows of an export are read so many at a time.
SLICE = 1000


def matching_where(organization: Organization, listing: UserListParams, now: datetime) -> tuple[str, sql.Params]:
    """The condition for all members that the listing's search and filters find, on every page of it."""
    statuses = [status.value for status in listing.filter.statuses]
    time, time_params = sql.within(listing.filter, now)
    found, found_params = sql.matching(listing.words)
    picked, picked_params = among(organization, listing.picks)
    where = f"organization_id = %s AND status IN ({sql.places(statuses)}){time}{found}{picked}"
    return where, [sql.owner(organization), *statuses, *time_params, *found_params, *picked_params]


def selected_where(organization: Organization, selection: Selection, now: datetime) -> tuple[str, sql.Params]:
    """The condition for the members of a selection; ids of other organizations are in none."""
    if selection.everyone:
        where, params = matching_where(organization, selection.params, now)
    else:
        keys = [sql.adapt("id", key) for key in selection.ids] or [None]
        where, params = f"organization_id = %s AND id IN ({sql.places(keys)})", [sql.owner(organization), *keys]
    if selection.without:
        where, params = where + " AND id <> %s", [*params, sql.adapt("id", selection.without)]
    if selection.before and selection.everyone:
        where, params = where + " AND created_at <= %s", [*params, sql.adapt("created_at", selection.before)]
    return where, params


def count_matching(organization: Organization, listing: UserListParams, now: datetime) -> Count:
    """How many match the listing, looking at CAP + 1 of them at most."""
    where, params = matching_where(organization, listing, now)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM {sql.TABLE} WHERE {where} LIMIT {CAP + 1}) AS capped", params
        )
        return Count(cursor.fetchone()[0])


def members_of(organization: Organization, selection: Selection, now: datetime, *, limit: int) -> list[Membership]:
    """Up to `limit` members of the selection by name."""
    where, params = selected_where(organization, selection, now)
    query = f"SELECT {COLUMNS} FROM {sql.TABLE} WHERE {where} ORDER BY sort_name, id LIMIT {limit}"
    return _owned(organization, Membership.objects.raw(query, params))


def _owned(organization: Organization, members: object) -> list[Membership]:
    found = list(members)  # type: ignore[call-overload]
    for member in found:
        member.organization = organization
    return found


def slices_of(organization: Organization, selection: Selection, now: datetime) -> Iterator[list[Membership]]:
    """All members of the selection in the listing's order, SLICE at a time, each slice behind the last one's key.

    Each is read when it is reached: who is renamed meanwhile may come twice, or not at all.
    """
    for stretch in stretches_of(selection.params.first_page()):
        listing = stretch.listing
        while members := _slice(organization, replace(selection, params=listing), stretch, now):
            yield members
            if len(members) < SLICE:
                break
            values = tuple(getattr(members[-1], name) for name in (*listing.keys, "id"))
            listing = replace(listing, cursor=Cursor(False, values))


def _slice(organization: Organization, selection: Selection, stretch: Stretch, now: datetime) -> list[Membership]:
    """Each status by the sort's index, merged, as console.queries.walking does."""
    listing = selection.params
    order, (beyond, beyond_params) = sql.ordered(listing), sql.beyond(listing)
    end = f"{stretch.where}{beyond} ORDER BY {order} LIMIT {SLICE}"
    branches: list[str] = []
    params: sql.Params = []
    for part in _by_status(selection) if selection.everyone else [selection]:
        where, values = selected_where(organization, part, now)
        branches.append(f"SELECT * FROM (SELECT {COLUMNS} FROM {sql.TABLE} WHERE {where}{end}) AS branch")
        params += [*values, *stretch.values, *beyond_params]
    query = f"SELECT * FROM ({' UNION ALL '.join(branches)}) AS merged ORDER BY {order} LIMIT {SLICE}"
    return _owned(organization, Membership.objects.raw(query, params))


def _by_status(selection: Selection) -> list[Selection]:
    listing = selection.params
    alone = [replace(listing.filter, statuses=(status,)) for status in listing.filter.statuses]
    return [replace(selection, params=replace(listing, filter=choice)) for choice in alone]


Classes = dict[tuple[bool, str, str, bool, bool], int]


def classes_of(
    organization: Organization, selection: Selection, now: datetime, *, me: UUID, above: Sequence[UUID]
) -> Classes:
    """How many members of the selection are alike: by (oneself, status, managed_by, expired, holds a role of `above`).

    One query that reads the selection once, whatever its size.
    """
    where, params = selected_where(organization, selection, now)
    keys = [sql.adapt("id", key) for key in above]
    rank = "false"
    if keys:
        places = sql.places(keys)
        rank = f"""(EXISTS (SELECT 1 FROM organizations_membershiprole AS held
            WHERE held.membership_id = {sql.TABLE}.id AND held.role_id IN ({places})) OR EXISTS (
            SELECT 1 FROM organizations_groupmembership AS link
            JOIN organizations_grouprole AS carried ON carried.group_id = link.group_id
            WHERE link.membership_id = {sql.TABLE}.id AND carried.role_id IN ({places})))"""
    query = f"""SELECT me, status, managed_by, expired, above, count(*) FROM (
        SELECT id = %s AS me, status, managed_by, status = 'invited' AND invite_expires_at <= %s AS expired,
               {rank} AS above FROM {sql.TABLE} WHERE {where}) AS each_one
        GROUP BY me, status, managed_by, expired, above"""
    with connection.cursor() as cursor:
        cursor.execute(query, [sql.adapt("id", me), sql.adapt("invite_expires_at", now), *keys, *keys, *params])
        found: Classes = {}
        for one, status, managed, expired, ranked, count in cursor.fetchall():
            found[bool(one), status, managed, bool(expired), bool(ranked)] = count
        return found
