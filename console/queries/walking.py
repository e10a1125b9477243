"""Rows of a listing along its sort's index, and the phases of a search by name.

Who looks for "mar" among a million means Maria and Marcus: names that begin with the first word come first, by name,
then all others, by name. They stand together in the index, so they are met at once, wherever in the alphabet they are.
"""

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from console.listing import Cursor, Listing
from console.queries import sql
from console.queries.picked import checked
from organizations.models import Organization

# What is added to the places of a second phase.
FAR = 10**12


class Phase(NamedTuple):
    """Rows that are walked by themselves: their number in the order, a condition with its parameters, and the listing
    with the cursor that these rows begin behind, if any."""

    number: int
    where: str
    values: sql.Params
    listing: Listing


def _led(listing: Listing) -> tuple[str, sql.Params]:
    # By the order of the column, whatever language that is: what does not stand there is in the other phase.
    lead = listing.lead
    return "(sort_name >= %s AND sort_name < %s)", [lead, lead[:-1] + chr(ord(lead[-1]) + 1)]


def phase_of(listing: Listing) -> tuple[str, sql.Params]:
    """The number of the phase that a row of the members' table is in."""
    if not listing.lead:
        return "0", []
    led, values = _led(listing)
    return f"CASE WHEN {led} THEN 0 ELSE 1 END", values


def phases_of(listing: Listing) -> list[Phase]:
    """What is walked from the listing's cursor on, in this order. Raises ValueError for a cursor without a phase."""
    if not listing.lead:
        return [Phase(0, "", [], listing)]
    led, values = _led(listing)
    found = [Phase(0, f" AND {led}", values, listing), Phase(1, f" AND NOT {led}", values, listing)]
    cursor = listing.cursor
    if cursor is None:
        return found
    start = int(cursor.values[0])
    if cursor.backwards:
        found.reverse()
    ahead = found[[phase.number for phase in found].index(start) :]
    bounds = [Cursor(cursor.backwards, cursor.values[1:] if phase.number == start else ()) for phase in ahead]
    return [phase._replace(listing=replace(listing, cursor=bound)) for phase, bound in zip(ahead, bounds, strict=True)]


def beyond(listing: Listing) -> tuple[str, sql.Params]:
    """Rows behind the cursor among rows that have a column `phase`."""
    if listing.cursor is None or not listing.lead:
        return sql.beyond(listing)
    start, *values = listing.cursor.values
    behind, found = sql.beyond(replace(listing, cursor=Cursor(listing.cursor.backwards, tuple(values))))
    sign = "<" if listing.cursor.backwards else ">"
    return f" AND (phase {sign} %s OR (phase = %s{behind}))", [int(start), int(start), *found]


def ordered(listing: Listing) -> str:
    """The ORDER BY of rows that have a column `phase`."""
    backwards = listing.cursor is not None and listing.cursor.backwards
    return f"phase {'DESC' if backwards else 'ASC'}, {sql.ordered(listing)}"


def merged(
    organization: Organization, listing: Listing, columns: str, limit: int, where: str, values: sql.Params
) -> tuple[str, sql.Params]:
    """These columns of the listing's rows from its cursor on, by the sort's index: (organization, status, sort, id).

    Each status is a limited query of its own, so that PostgreSQL merges ordered index scans and stops; one that
    names several statuses would be sorted as a whole.
    """
    order, (behind, behind_values) = sql.ordered(listing), sql.beyond(listing)
    branch = f"""SELECT * FROM (
        SELECT {columns} FROM {sql.TABLE} WHERE organization_id = %s AND status = %s{where}{behind}
        ORDER BY {order} LIMIT {limit}) AS branch"""
    branches = " UNION ALL ".join([branch] * len(listing.filter.statuses))
    params: sql.Params = []
    for status in listing.filter.statuses:
        params += [sql.owner(organization), status.value, *values, *behind_values]
    return f"SELECT * FROM ({branches}) AS merged ORDER BY {order} LIMIT {limit}", params


def walk(
    organization: Organization, listing: Listing, columns: str, now: datetime, *, reach: int, most: int
) -> tuple[str, sql.Params]:
    """The CTE `page`: of each phase the hits among its first `reach` rows, `most` in all; and the last of these rows,
    hit or not, if it is met (end_of). Its plan is the same whatever is looked for."""
    time, time_params = sql.within(listing.filter, now)
    found, found_params = sql.matching(listing.words)
    picked, picked_params = checked(organization, listing.picks, "rows_")
    order = sql.ordered(listing)
    parts: list[str] = []
    params: sql.Params = []
    for number, phase in enumerate(phases_of(listing)):
        rows, values = merged(organization, phase.listing, columns, reach, phase.where, phase.values)
        # A second phase is not even begun where the first fills the page.
        gate = f" AND (SELECT count(*) FROM walked{number - 1} WHERE hit) < {most}" if number else ""
        parts.append(f"""walked{number} AS MATERIALIZED (
            SELECT * FROM (
                SELECT *, (true{time}{found}{picked}) AS hit, {phase.number} AS phase,
                       {number * FAR} + row_number() OVER (ORDER BY {order}) AS place
                FROM ({rows}) AS rows_
            ) AS each_one
            WHERE (hit OR place = {number * FAR + reach}){gate} ORDER BY {order} LIMIT {most})""")
        params += [*time_params, *found_params, *picked_params, *values]
    union = " UNION ALL ".join(f"SELECT * FROM walked{number}" for number in range(len(parts)))
    parts.append(f"page AS MATERIALIZED ({union} ORDER BY place LIMIT {most})")
    return ", ".join(parts), params


def ends(place: int, reach: int) -> bool:
    """Whether the row of that place is the last one that was looked at in its phase."""
    return place % FAR == reach
