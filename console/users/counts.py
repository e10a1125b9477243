"""Counts on the Users page: of both tabs, and of what a search matches."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import IntegerField, Subquery, Sum
from django.db.models.functions import Coalesce

from base.counting import Count
from console.users.filters import Tab
from console.users.params import UserListParams
from organizations.models import DELIVERY_PROBLEMS, MemberCount, Membership, Organization
from organizations.queries import matching_members
from organizations.queries.deliveries import IsPending

# The most invitations that the page counts as expired or not delivered.
SUMMARY_CAP = 100


@dataclass(frozen=True)
class TabCounts:
    """Members who have joined, pending members, and how many of these have expired or whose invitation wasn't
    delivered (None if not asked for)."""

    joined: Count
    pending: Count
    expired: Count | None = None
    undelivered: Count | None = None


class _Number(Subquery):
    """The number of rows of a subquery, which may have a limit."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def count_tabs(organization: Organization, tab: Tab, now: datetime) -> TabCounts:
    """Return the counts of both tabs (U-2). One query, another one on Pending."""
    sums = MemberCount.objects.filter(organization=organization).aggregate(
        joined=Coalesce(Sum("active") + Sum("deactivated"), 0), pending=Coalesce(Sum("invited"), 0)
    )
    joined, pending = (Count(sums[name], sums[name]) for name in ("joined", "pending"))
    if tab == Tab.ALL:
        return TabCounts(joined, pending)
    # No counter has these. The order makes PostgreSQL read the indexes and not the table.
    rows = Membership.objects.filter(IsPending(), organization=organization)
    expired = rows.filter(invite_expires_at__lte=now).order_by("invite_expires_at")
    undelivered = rows.filter(invite_delivery__in=DELIVERY_PROBLEMS).order_by("invite_delivery")
    numbers = [_Number(each.values("pk")[: SUMMARY_CAP + 1]) for each in (expired, undelivered)]
    counts = Organization.objects.filter(pk=organization.pk).values_list(*numbers).first() or (0, 0)
    return TabCounts(joined, pending, *(Count(number, SUMMARY_CAP) for number in counts))


def count_matches(organization: Organization, params: UserListParams, *, cap: int = 100) -> dict[str, int]:
    """Return how many members of each status match the search, whatever the filters: {"invited": 2}.

    Reads at most `cap` + 1 of them.
    """
    members = matching_members(Membership.objects.filter(organization=organization), params.q)
    return Counter(members.order_by().values_list("status", flat=True)[: cap + 1])
