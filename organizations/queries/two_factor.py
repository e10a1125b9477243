"""The roll-out of two-factor authentication in an organization: who has it, who doesn't, and since when (S-11)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet, Sum

from base.counting import CAP, Count
from organizations.models import ManagedBy, MemberCount, Membership, Organization, Status, TwoFactorProgress

# A member is reminded at most once in this time.
REMIND_EVERY = timedelta(days=7)


def two_factor_counts(organization: Organization) -> tuple[int, int]:
    """Return how many active members there are, and how many of them have a second factor. Reads the counters."""
    sums = MemberCount.objects.filter(organization=organization).aggregate(
        active=Sum("active", default=0), two_factor=Sum("two_factor", default=0)
    )
    return sums["active"], sums["two_factor"]


def members_without_two_factor(organization: Organization) -> QuerySet[Membership]:
    """Return the active members without a second factor: first those never reminded, then the longest ago.

    In the order of an index, so the first few are found without reading the others.
    """
    rows = Membership.objects.filter(organization=organization, status=Status.ACTIVE, two_factor=False)
    return rows.order_by("two_factor_reminded_at", "role_order", "id")


def count_recently_reminded(organization: Organization, now: datetime) -> Count:
    """Return how many members without a second factor can't be reminded again yet. One query."""
    rows = members_without_two_factor(organization).filter(two_factor_reminded_at__gt=now - REMIND_EVERY)
    return Count(rows.values("pk")[: CAP + 1].count())


def count_without_account(organization: Organization) -> Count:
    """Return how many active members have never signed in, and so have no account to protect. One query."""
    rows = Membership.objects.filter(organization=organization, managed_by=ManagedBy.SCIM, user=None)
    return Count(rows.filter(status=Status.ACTIVE).values("pk")[: CAP + 1].count())


@dataclass(frozen=True)
class Progress:
    """Active members, and those with a second factor, at the end of a day or now."""

    day: date
    active: int
    two_factor: int


def two_factor_progress(organization: Organization, *, since: date) -> list[Progress]:
    """Return the organization's history from a day on, oldest first. One query."""
    rows = TwoFactorProgress.objects.filter(organization=organization, day__gte=since).order_by("day")
    return [Progress(*row) for row in rows.values_list("day", "active", "two_factor")]
