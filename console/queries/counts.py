"""How many there are, up to a bound: counting a million takes longer than the rest of the page."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from base.counting import CAP, Count
from console.listing import EXPIRED, INVITED, JOINED, Filter, Listing, Tab
from console.queries import sql
from organizations.models import Organization


@dataclass(frozen=True)
class Counts:
    """Members of an organization: who accepted, who has not, and of these the expired (None where nobody asks)."""

    joined: Count
    invited: Count
    expired: Count | None = None


def _capped(choice: Filter, organization: Organization, now: datetime) -> tuple[str, sql.Params]:
    """How many are in the filter, reading CAP + 1 entries of an index at most, over all of its statuses."""
    time, params = sql.within(choice, now)
    # In the order of an index, or the planner reads the table, which may begin with a million of somebody else's.
    order = "sort_name" if choice.expired is None else "invite_expires_at"
    branch = f"""SELECT * FROM (SELECT 1 FROM {sql.TABLE} WHERE organization_id = %s AND status = %s{time}
        ORDER BY {order} LIMIT {CAP + 1}) AS branch"""
    branches = " UNION ALL ".join([branch] * len(choice.statuses))
    values = [value for status in choice.statuses for value in (sql.owner(organization), status.value, *params)]
    return f"(SELECT count(*) FROM (SELECT * FROM ({branches}) AS merged LIMIT {CAP + 1}) AS capped)", values


def count_members(organization: Organization, tab: Tab, *, now: datetime) -> Counts:
    """What the tabs (U-2) and the line above them say: one query over entries of indexes."""
    choices = [JOINED, INVITED, *([EXPIRED] if tab == Tab.PENDING else [])]
    parts = [_capped(choice, organization, now) for choice in choices]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT " + ", ".join(query for query, _ in parts), [value for _, values in parts for value in values]
        )
        return Counts(*map(Count, cursor.fetchone()))


def count_matches(organization: Organization, listing: Listing, *, cap: int = 100) -> dict[str, int]:
    """How many members of each status a search finds, whatever the filter: {"invited": 2}. Looks at `cap` at most."""
    found, params = sql.matching(listing.words)
    query = f"SELECT status FROM {sql.TABLE} WHERE organization_id = %s{found} LIMIT {cap + 1}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT status, count(*) FROM ({query}) AS capped GROUP BY status", [sql.owner(organization), *params]
        )
        return dict(cursor.fetchall())
