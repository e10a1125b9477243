"""How many there are, up to a bound: counting a million takes longer than the rest of the page."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from base.counting import Count
from console.listing import Listing, Tab
from console.queries import sql
from organizations.models import MemberCount, Organization, Status

EXPIRED_CAP = 1000


@dataclass(frozen=True)
class Counts:
    """Members of an organization: who accepted, who has not, and of these the expired (None where nobody asks)."""

    joined: Count
    invited: Count
    expired: Count | None = None


# Expired is worked out from the clock, so no counter can hold it. In the order of an index, or the planner reads the
# table, which may begin with a million of somebody else's.
EXPIRED = f"""SELECT count(*) FROM (SELECT 1 FROM {sql.TABLE}
    WHERE organization_id = %s AND status = %s AND invite_expires_at <= %s
    ORDER BY invite_expires_at LIMIT %s) AS capped"""
COUNTS = f"""SELECT COALESCE(SUM(active + deactivated), 0), COALESCE(SUM(invited), 0), ({{expired}})
    FROM {MemberCount._meta.db_table} WHERE organization_id = %s"""


def count_members(organization: Organization, tab: Tab, *, now: datetime) -> Counts:
    """What the tabs (U-2) and the line above them say: the counters' sums, and on Pending the expired."""
    owner = sql.owner(organization)
    expired = [owner, Status.INVITED.value, sql.adapt("invite_expires_at", now), EXPIRED_CAP + 1]
    expired = expired if tab == Tab.PENDING else []
    with connection.cursor() as cursor:
        cursor.execute(COUNTS.format(expired=EXPIRED if expired else "NULL"), [*expired, owner])
        joined, invited, late = cursor.fetchone()
    return Counts(Count(joined, joined), Count(invited, invited), None if late is None else Count(late, EXPIRED_CAP))


def count_matches(organization: Organization, listing: Listing, *, cap: int = 100) -> dict[str, int]:
    """How many members of each status a search finds, whatever the filter: {"invited": 2}. Looks at `cap` at most."""
    found, params = sql.matching(listing.words)
    query = f"SELECT status FROM {sql.TABLE} WHERE organization_id = %s{found} LIMIT {cap + 1}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT status, count(*) FROM ({query}) AS capped GROUP BY status", [sql.owner(organization), *params]
        )
        return dict(cursor.fetchall())
