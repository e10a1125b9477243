"""Rows of a listing along its sort's index, and the phases of a search by name.

Who looks for "mar" among a million means Maria and Marcus: names that begin with the first word come first, by name,
then all others, by name. They stand together in the index, so they are met at once, wherever in the alphabet they are.
"""

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from console.queries import sql
from console.queries.picked import checked
from console.users.params import Cursor, UserListParams
from organizations.models import Organization

# What is added to the places of each further stretch.
FAR = 10**12


class Stretch(NamedTuple):
    """Rows that stand together in the sort's index: the phase that they are of, a condition with its parameters, and
    the listing with the cursor that these rows begin behind, if any."""

    phase: int
    where: str
    values: sql.Params
    listing: UserListParams


def _range(listing: UserListParams) -> tuple[str, str]:
    """What begins with the lead stands from the first of these to before the second: sort_name is compared by code
    points (organizations.0014)."""
    lead = listing.first_word
    return lead, lead[:-1] + chr(ord(lead[-1]) + 1)


def phase_of(listing: UserListParams) -> tuple[str, sql.Params]:
    """The number of the phase that a row of the members' table is in."""
    if not listing.first_word:
        return "0", []
    return "CASE WHEN sort_name >= %s AND sort_name < %s THEN 0 ELSE 1 END", [*_range(listing)]


def stretches_of(listing: UserListParams) -> list[Stretch]:
    """What is walked from the listing's cursor on, in this order; each is a range of the index, so that nothing is read
    to be skipped. Raises ValueError for a cursor without a phase."""
    if not listing.first_word:
        return [Stretch(0, "", [], listing)]
    cursor, (first, behind) = listing.cursor, _range(listing)
    led = [Stretch(0, " AND sort_name >= %s AND sort_name < %s", [first, behind], listing)]
    others = [
        Stretch(1, " AND sort_name < %s", [first], listing),
        Stretch(1, " AND sort_name >= %s", [behind], listing),
    ]
    backwards = cursor is not None and cursor.backwards
    if listing.descending != backwards:
        others.reverse()
    found = [*others, *led] if backwards else [*led, *others]
    if cursor is None:
        return found
    start = int(cursor.values[0])
    ahead = [stretch for stretch in found if (stretch.phase <= start if backwards else stretch.phase >= start)]
    bounds = [Cursor(backwards, cursor.values[1:] if stretch.phase == start else ()) for stretch in ahead]
    return [
        stretch._replace(listing=replace(listing, cursor=bound)) for stretch, bound in zip(ahead, bounds, strict=True)
    ]


def beyond(listing: UserListParams) -> tuple[str, sql.Params]:
    """Rows behind the cursor among rows that have a column `phase`."""
    if listing.cursor is None or not listing.first_word:
        return sql.beyond(listing)
    start, *values = listing.cursor.values
    behind, found = sql.beyond(replace(listing, cursor=Cursor(listing.cursor.backwards, tuple(values))))
    sign = "<" if listing.cursor.backwards else ">"
    return f" AND (phase {sign} %s OR (phase = %s{behind}))", [int(start), int(start), *found]


def ordered(listing: UserListParams) -> str:
    """The ORDER BY of rows that have a column `phase`."""
    backwards = listing.cursor is not None and listing.cursor.backwards
    return f"phase {'DESC' if backwards else 'ASC'}, {sql.ordered(listing)}"


def merged(
    organization: Organization, listing: UserListParams, columns: str, limit: int, where: str, values: sql.Params
) -> tuple[str, sql.Params]:
    """These columns of the listing's rows from its cursor on, by the sort's index: (organization, status, sort, id).

    Each status is a limited query of its own, so that PostgreSQL merges ordered index scans and stops; one that
    names several statuses would be sorted as a whole. The limit is a parameter: of one that it does not know PostgreSQL
    expects a tenth of the rows, and so never reads and sorts all of them, which it would in a plan that is kept, made
    for organizations of a usual size, and be wrong about one of a million.
    """
    order, (behind, behind_values) = sql.ordered(listing), sql.beyond(listing)
    branch = f"""SELECT * FROM (
        SELECT {columns} FROM {sql.TABLE} WHERE organization_id = %s AND status = %s{where}{behind}
        ORDER BY {order} LIMIT %s) AS branch"""
    branches = " UNION ALL ".join([branch] * len(listing.filter.statuses))
    params: sql.Params = []
    for status in listing.filter.statuses:
        params += [sql.owner(organization), status.value, *values, *behind_values, limit]
    return f"SELECT * FROM ({branches}) AS merged ORDER BY {order} LIMIT %s", [*params, limit]


def walk(
    organization: Organization, listing: UserListParams, columns: str, now: datetime, *, reach: int, most: int
) -> tuple[str, sql.Params]:
    """The CTE `page`: of each stretch the hits among its first `reach` rows, `most` in all; and the last of these rows,
    hit or not, if it is met (ends). Its plan is the same whatever is looked for."""
    time, time_params = sql.within(listing.filter, now)
    found, found_params = sql.matching(listing.words)
    picked, picked_params = checked(organization, listing.picks, "rows_")
    order = sql.ordered(listing)
    parts: list[str] = []
    params: sql.Params = []
    for number, stretch in enumerate(stretches_of(listing)):
        rows, values = merged(organization, stretch.listing, columns, reach, stretch.where, stretch.values)
        parts.append(f"""walked{number} AS MATERIALIZED (
            SELECT * FROM (
                SELECT *, (true{time}{found}{picked}) AS hit, {stretch.phase} AS phase,
                       {number * FAR} + row_number() OVER (ORDER BY {order}) AS place
                FROM ({rows}) AS rows_
            ) AS each_one
            WHERE (hit OR place = {number * FAR + reach}){_gate(number, reach, most)} ORDER BY {order} LIMIT {most})""")
        params += [*time_params, *found_params, *picked_params, *values]
    union = " UNION ALL ".join(f"SELECT * FROM walked{number}" for number in range(len(parts)))
    parts.append(f"page AS MATERIALIZED ({union} ORDER BY place LIMIT {most})")
    return ", ".join(parts), params


def _gate(number: int, reach: int, most: int) -> str:
    """A stretch is not even begun where those before it fill the page, or one of them was not walked to its end."""
    before = [f"SELECT hit, place = {earlier * FAR + reach} AS cut FROM walked{earlier}" for earlier in range(number)]
    if not before:
        return ""
    count = f"SELECT COALESCE(SUM(CASE WHEN cut THEN {most} WHEN hit THEN 1 ELSE 0 END), 0)"
    return f" AND ({count} FROM ({' UNION ALL '.join(before)}) AS before) < {most}"


def ends(place: int, reach: int) -> bool:
    """Whether the row of that place is the last one that was looked at in its stretch."""
    return place % FAR == reach
