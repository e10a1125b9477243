"""What stands around the list: how many there are, which roles to filter by; and who else a search would find."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from base.counting import Count
from console.listing import Listing, Tab
from console.queries import sql
from organizations.models import MemberCount, Organization, Role, Status
from organizations.queries import raw

EXPIRED_CAP = 100
# Shaped as the rows of console.queries.details, whose query asks for these too.
ROLES = """
SELECT 'choice', NULL, id, name, NULL, rank FROM organizations_role
WHERE organization_id = %s OR (organization_id IS NULL AND scheme = %s)"""
COUNTS = f"""
SELECT 'joined', NULL, NULL, NULL, NULL, COALESCE(SUM(active + deactivated), 0)
FROM {MemberCount._meta.db_table} WHERE organization_id = %s
UNION ALL SELECT 'invited', NULL, NULL, NULL, NULL, COALESCE(SUM(invited), 0)
FROM {MemberCount._meta.db_table} WHERE organization_id = %s"""
# Expired is worked out from the clock, so no counter can hold it. In the order of an index, or the planner reads the
# table, which may begin with a million of somebody else's.
EXPIRED = f"""
SELECT 'expired', NULL, NULL, NULL, NULL, count(*) FROM (SELECT 1 FROM {sql.TABLE}
    WHERE organization_id = %s AND status = %s AND invite_expires_at <= %s
    ORDER BY invite_expires_at LIMIT %s) AS capped"""


@dataclass(frozen=True)
class Counts:
    """Members of an organization: who accepted, who has not, and of these the expired (None where nobody asks); and the
    roles that it offers, highest first."""

    joined: Count
    invited: Count
    expired: Count | None = None
    roles: tuple[Role, ...] = ()


def counting(organization: Organization, tab: Tab, *, now: datetime) -> tuple[str, sql.Params]:
    """The query whose rows counts_of() reads."""
    owner = sql.owner(organization)
    query, params = f"{ROLES} UNION ALL {COUNTS}", [owner, organization.scheme, owner, owner]
    if tab == Tab.PENDING:
        query += f" UNION ALL {EXPIRED}"
        params += [owner, Status.INVITED.value, sql.adapt("invite_expires_at", now), EXPIRED_CAP + 1]
    return query, params


def counts_of(rows: Iterable[tuple]) -> Counts:
    """What the rows of counting()'s query say; others are passed over."""
    numbers: dict[str, int] = {}
    roles = []
    for row in rows:
        if row[0] == "choice":
            roles.append(Role(id=raw.read(row[2]), name=row[3], rank=row[5]))
        elif row[0] in ("joined", "invited", "expired"):
            numbers[row[0]] = int(row[5])
    roles.sort(key=lambda role: (role.rank, role.name))
    joined, invited = (Count(numbers[name], numbers[name]) for name in ("joined", "invited"))
    late = Count(numbers["expired"], EXPIRED_CAP) if "expired" in numbers else None
    return Counts(joined, invited, late, tuple(roles))


def count_members(organization: Organization, tab: Tab, *, now: datetime) -> Counts:
    """What the tabs (U-2) and the line above them say: the counters' sums, and on Pending the expired. One query."""
    with connection.cursor() as cursor:
        cursor.execute(*counting(organization, tab, now=now))
        return counts_of(cursor.fetchall())


def count_matches(organization: Organization, listing: Listing, *, cap: int = 100) -> dict[str, int]:
    """How many members of each status a search finds, whatever the filter: {"invited": 2}. Looks at `cap` at most."""
    found, params = sql.matching(listing.words)
    query = f"SELECT status FROM {sql.TABLE} WHERE organization_id = %s{found} LIMIT {cap + 1}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT status, count(*) FROM ({query}) AS capped GROUP BY status", [sql.owner(organization), *params]
        )
        return dict(cursor.fetchall())
