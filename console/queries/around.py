"""What stands around a list: how many members there are, and every role that one of them can hold."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db import connection

from base.counting import Count
from console.queries import sql
from console.users.params import Tab
from organizations.models import MemberCount, Organization, Role, Status
from organizations.queries import raw

EXPIRED_CAP = 100
# kind, id, name, permissions, number. Roles of the other scheme are not offered, but a member may have kept one.
ROLES = """
SELECT CASE WHEN organization_id IS NOT NULL OR scheme = %s THEN 'offered' ELSE 'role' END AS kind,
       CAST(id AS text) AS id, name, CAST(permissions AS text) AS permissions, CAST(rank AS bigint) AS number
FROM organizations_role WHERE organization_id = %s OR organization_id IS NULL"""
COUNTS = f"""
SELECT 'joined', NULL, NULL, NULL, CAST(COALESCE(SUM(active + deactivated), 0) AS bigint)
FROM {MemberCount._meta.db_table} WHERE organization_id = %s
UNION ALL SELECT 'invited', NULL, NULL, NULL, CAST(COALESCE(SUM(invited), 0) AS bigint)
FROM {MemberCount._meta.db_table} WHERE organization_id = %s"""
# Expired is worked out from the clock, so no counter can hold it. In the order of an index, or the planner reads the
# table, which may begin with a million of somebody else's.
EXPIRED = f"""
SELECT 'expired', NULL, NULL, NULL, count(*) FROM (SELECT 1 FROM {sql.TABLE}
    WHERE organization_id = %s AND status = '{Status.INVITED.value}' AND invite_expires_at <= %s
    ORDER BY invite_expires_at LIMIT {{limit}}) AS capped"""


@dataclass(frozen=True)
class TabCounts:
    """Members of an organization: who accepted, who has not, and of these the expired (None where nobody asks); and the
    roles that it offers, highest first."""

    joined: Count
    invited: Count
    expired: Count | None = None
    roles: tuple[Role, ...] = ()


@dataclass(frozen=True)
class Around:
    """The rows as they were read, which tell whether anything is other than before; and what they say, once asked."""

    rows: tuple[tuple, ...]

    @cached_property
    def roles_known(self) -> tuple[tuple, ...]:
        """What is known of roles, and nothing else."""
        return tuple(row for row in self.rows if row[1] is not None)

    @cached_property
    def roles(self) -> dict[str, Role]:
        """Every role that a member can hold, by its id as the database gives it as text."""
        return {
            key: Role(id=raw.read(key), name=name, permissions=json.loads(permissions), rank=rank)
            for _kind, key, name, permissions, rank in self.roles_known
        }

    @cached_property
    def counts(self) -> TabCounts:
        numbers = {row[0]: row[4] for row in self.rows if row[1] is None}
        offered = [self.roles[row[1]] for row in self.rows if row[0] == "offered"]
        joined, invited = (Count(numbers[name], numbers[name]) for name in ("joined", "invited"))
        late = Count(numbers["expired"], EXPIRED_CAP) if "expired" in numbers else None
        return TabCounts(joined, invited, late, tuple(sorted(offered, key=lambda role: (role.rank, role.name))))


def surrounding(organization: Organization, tab: Tab, *, now: datetime) -> tuple[str, sql.Params]:
    """The query for Around's rows: the counters' sums, on Pending the expired too (U-2), and roles."""
    owner = sql.owner(organization)
    query, params = f"{ROLES} UNION ALL {COUNTS}", [organization.scheme, owner, owner, owner]
    if tab == Tab.PENDING:
        query += " UNION ALL " + EXPIRED.format(limit=EXPIRED_CAP + 1)
        params += [owner, sql.adapt("invite_expires_at", now)]
    return query, params


def count_members(organization: Organization, tab: Tab, *, now: datetime) -> TabCounts:
    """What the tabs (U-2) and the line above them say. One query."""
    with connection.cursor() as cursor:
        cursor.execute(*surrounding(organization, tab, now=now))
        return Around(tuple(cursor.fetchall())).counts
