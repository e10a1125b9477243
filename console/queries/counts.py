"""Who else a search would find."""

from django.db import connection

from console.queries import sql
from console.users.params import UserListParams
from organizations.models import Organization


def count_matches(organization: Organization, listing: UserListParams, *, cap: int = 100) -> dict[str, int]:
    """How many members of each status a search finds, whatever the filter: {"invited": 2}. Looks at `cap` at most."""
    found, params = sql.matching(listing.words)
    query = f"SELECT status FROM {sql.TABLE} WHERE organization_id = %s{found} LIMIT {cap + 1}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT status, count(*) FROM ({query}) AS capped GROUP BY status", [sql.owner(organization), *params]
        )
        return dict(cursor.fetchall())
