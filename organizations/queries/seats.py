"""How many seats of an organization are in use (A-9)."""

from datetime import datetime

from organizations.models import Membership, Organization, Status
from organizations.queries.members import member_counts


def count_seats_used(organization: Organization, now: datetime) -> int:
    """Return the number of active members and open invitations, at most one more than the limit of invitations.

    Deactivated members and expired invitations use no seat. Two queries, whose cost is bounded by the limit.
    """
    pending = Membership.objects.filter(
        organization=organization, status=Status.INVITED, invite_expires_at__gt=now
    ).order_by("invite_expires_at")
    return member_counts(organization)["active"] + pending.values("pk")[: organization.seat_limit + 1].count()
