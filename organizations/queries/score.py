"""The numbers that the security score is computed from (S-6). None of them reads more rows than its cap."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from base.counting import CAP, Count
from base.times import NEVER
from organizations.models import Membership, Organization, Status
from organizations.queries.roles import admin_links

# No one needs to know a larger number of Admins.
ADMIN_CAP = 100
# Members who haven't opened the organization for so long are inactive.
INACTIVE_AFTER = timedelta(days=90)
# Invitations that expire within this time are about to expire.
EXPIRES_SOON = timedelta(days=7)


def _admin_ids(organization: Organization, limit: int) -> set:
    return {key for links in admin_links(organization) for key in links.values_list("membership_id", flat=True)[:limit]}


def count_admins(organization: Organization) -> Count:
    """Return how many active Admins the organization has, directly or through groups. Two queries."""
    return Count(len(_admin_ids(organization, ADMIN_CAP + 1)), ADMIN_CAP)


def admins_of(organization: Organization, *, limit: int = ADMIN_CAP) -> list[Membership]:
    """Return the organization's active Admins, in the order in which they were added. Three queries."""
    ids = _admin_ids(organization, limit)
    return list(Membership.objects.filter(pk__in=ids).select_related("user").order_by("pk")[:limit])


def count_inactive(organization: Organization, now: datetime) -> Count:
    """Return how many active members haven't opened the organization for INACTIVE_AFTER. One query.

    Members whom an identity provider created and who have never signed in don't count.
    """
    rows = Membership.objects.filter(organization=organization, status=Status.ACTIVE)
    return _count(rows.filter(last_active_at__gt=NEVER, last_active_at__lte=now - INACTIVE_AFTER), by="last_active_at")


def count_due_invitations(organization: Organization, now: datetime) -> tuple[Count, Count]:
    """Return how many pending invitations have expired, and how many expire within EXPIRES_SOON. Two queries."""
    rows: QuerySet = Membership.objects.filter(organization=organization, status=Status.INVITED)
    expired = rows.filter(invite_expires_at__lte=now)
    soon = rows.filter(invite_expires_at__gt=now, invite_expires_at__lte=now + EXPIRES_SOON)
    return _count(expired, by="invite_expires_at"), _count(soon, by="invite_expires_at")


def expiring_members(organization: Organization, now: datetime, *, limit: int) -> tuple[Count, list[Membership]]:
    """Return how many invitations expire within EXPIRES_SOON, and the first of these members. At most two queries."""
    rows = Membership.objects.filter(organization=organization, status=Status.INVITED)
    soon = rows.filter(invite_expires_at__gt=now, invite_expires_at__lte=now + EXPIRES_SOON)
    count = _count(soon, by="invite_expires_at")
    return count, list(soon.order_by("invite_expires_at", "id")[:limit]) if count else []


def _count(rows: QuerySet[Membership], *, by: str) -> Count:
    """Count at most CAP + 1 rows. The order makes PostgreSQL read the column's index and not the table."""
    return Count(rows.order_by(by).values("pk")[: CAP + 1].count())
