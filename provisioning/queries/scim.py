"""What the provisioning page shows of a SCIM connection. Every count stops at a cap (C-5, C-6)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count as CountRows
from django.db.models import Q, QuerySet

from base.counting import Count, capped_count
from base.lists.keyset import KeysetPage, keyset_page
from organizations.models import Group, ManagedBy, Membership, Organization, Status
from organizations.queries import matching_names
from provisioning.models import AdoptionRequest, ScimConnection, ScimLogEntry, ScimToken

# The requests among which failures are counted, and the first adoption requests that the page shows.
RECENT, SHOWN_REQUESTS = 1000, 25
GROUPS_PER_PAGE = 20
FAILED = Q(status__gte=400)
# Failed requests need someone's attention for this long.
RECENTLY = timedelta(days=7)


def connection_of(organization: Organization) -> ScimConnection | None:
    """Return the organization's connection, None if it has none."""
    connection = ScimConnection.objects.filter(organization=organization).first()
    if connection:
        connection.organization = organization
    return connection


def tokens_of(connection: ScimConnection) -> list[ScimToken]:
    """Return the tokens, oldest first."""
    return list(ScimToken.objects.filter(connection=connection).order_by("created_at", "pk"))


def managed_members(organization: Organization) -> QuerySet[Membership]:
    """Return the members that the identity provider manages."""
    return Membership.objects.filter(organization=organization, managed_by=ManagedBy.SCIM)


def managed_groups(organization: Organization) -> QuerySet[Group]:
    """Return the groups that the identity provider manages."""
    return Group.objects.filter(organization=organization, managed_by=ManagedBy.SCIM)


@dataclass(frozen=True)
class ManagedCounts:
    """How many members and groups the identity provider manages."""

    members: Count
    groups: Count


def count_managed(organization: Organization) -> ManagedCounts:
    """Two queries that read at most counting.CAP + 1 rows each."""
    return ManagedCounts(capped_count(managed_members(organization)), capped_count(managed_groups(organization)))


def count_without_user(organization: Organization) -> Count:
    """Return how many managed members have never signed in. Pending members aren't among them."""
    return capped_count(managed_members(organization).filter(user=None).exclude(status=Status.INVITED))


@dataclass(frozen=True)
class RecentRequests:
    """How many of the last requests failed."""

    total: int
    failed: int


def recent_requests(organization: Organization) -> RecentRequests:
    """Return how many of the last RECENT requests failed: one query along the index by time."""
    recent = ScimLogEntry.objects.filter(organization=organization).order_by("-at").values("pk")[:RECENT]
    sums = ScimLogEntry.objects.filter(pk__in=recent).aggregate(
        total=CountRows("pk"), failed=CountRows("pk", filter=FAILED)
    )
    return RecentRequests(**sums)


def failed_requests(organization: Organization, *, since: datetime) -> tuple[Count, datetime | None]:
    """Return how many of the provider's requests failed since then, and when the last one did. At most two queries."""
    rows = ScimLogEntry.objects.filter(FAILED, organization=organization, at__gte=since)
    count = capped_count(rows)
    return count, rows.order_by("-at").values_list("at", flat=True).first() if count else None


def open_adoption_requests(organization: Organization, *, limit: int) -> tuple[Count, list[Membership]]:
    """Return the number of open adoption requests, and the members of the oldest ones. At most two queries."""
    requests = open_requests(organization)
    count = capped_count(requests)
    return count, [each.membership for each in requests[:limit]] if count else []


def group_page(organization: Organization, *, search: str = "", after: str = "", before: str = "") -> KeysetPage:
    """Return a page of the provider's groups by name."""
    groups = managed_groups(organization)
    if search:
        groups = matching_names(groups, search)
    return keyset_page(groups, "sort_name", "id", after=after, before=before, size=GROUPS_PER_PAGE)


def open_requests(organization: Organization) -> QuerySet[AdoptionRequest]:
    """Return the adoption requests that wait for an answer, oldest first."""
    requests = AdoptionRequest.objects.filter(organization=organization, status=AdoptionRequest.Status.OPEN)
    return requests.select_related("membership").order_by("created_at", "pk")
