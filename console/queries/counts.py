"""How many there are, up to a bound: counting a million takes longer than the rest of the page."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from base.counting import CAP, Count
from console.listing import ACTIVE, DEACTIVATED, EXPIRED, WAITING, Filter, Listing
from console.queries import sql
from organizations.models import Organization


@dataclass(frozen=True)
class Counts:
    """Members of an organization by state, each up to CAP + 1, which stands for more than CAP."""

    active: Count
    deactivated: Count
    waiting: Count
    expired: Count

    @property
    def joined(self) -> Count:
        return Count(self.active.value + self.deactivated.value)

    @property
    def invited(self) -> Count:
        return Count(self.waiting.value + self.expired.value)


def _capped(choice: Filter, organization: Organization, now: datetime) -> tuple[str, sql.Params]:
    time, params = sql.within(choice, now)
    # In the order of an index, or the planner reads the table, which may begin with a million of somebody else's.
    order = "sort_name" if choice.expired is None else "invite_expires_at"
    query = f"""SELECT 1 FROM {sql.TABLE} WHERE organization_id = %s AND status = %s{time}
        ORDER BY {order} LIMIT {CAP + 1}"""
    return f"(SELECT count(*) FROM ({query}) AS capped)", [sql.owner(organization), choice.statuses[0].value, *params]


def count_members(organization: Organization, *, now: datetime) -> Counts:
    """The tabs' counts (U-2): one query over the index's entries."""
    parts = [_capped(choice, organization, now) for choice in (ACTIVE, DEACTIVATED, WAITING, EXPIRED)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT " + ", ".join(part for part, _ in parts), [value for _, params in parts for value in params]
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
