"""Seats in use of an organization, now and by day (A-9)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from base.counting import CAP
from organizations.models import Membership, Organization, SeatUse, Status
from organizations.queries.members import member_counts

# Few seats are left if at most one in this many is free.
FEW = 8


def _pending(organization: Organization, now: datetime) -> QuerySet[Membership]:
    rows = Membership.objects.filter(organization=organization, status=Status.INVITED, invite_expires_at__gt=now)
    return rows.order_by("invite_expires_at").values("pk")  # type: ignore[return-value]


def count_seats_used(organization: Organization, now: datetime) -> int:
    """Return the number of active members and open invitations, at most one more than the limit of invitations.

    Deactivated members and expired invitations use no seat. Two queries, whose cost is bounded by the limit.
    """
    pending = _pending(organization, now)
    return member_counts(organization)["active"] + pending[: organization.seat_limit + 1].count()


@dataclass(frozen=True)
class SeatSummary:
    """Seats in use. `limit` is 0 for none; then `free` is None. More may be used than the limit, if it was lowered."""

    active: int
    pending: int
    limit: int

    @property
    def used(self) -> int:
        return self.active + self.pending

    @property
    def free(self) -> int | None:
        return max(self.limit - self.used, 0) if self.limit else None

    @property
    def is_full(self) -> bool:
        return self.free == 0

    @property
    def is_near_limit(self) -> bool:
        """Whether few seats are left: an eighth of the seats or less, or a single one."""
        return self.free is not None and self.free <= max(self.limit // FEW, 1)


def seat_use(organization: Organization) -> SeatSummary:
    """Return the seats in use now. Two queries; open invitations are counted up to the limit, at least up to CAP."""
    most = max(organization.seat_limit, CAP) + 1
    pending = _pending(organization, timezone.now())[:most].count()
    return SeatSummary(member_counts(organization)["active"], pending, organization.seat_limit)


@dataclass(frozen=True)
class SeatDay:
    """The seats in use on a day (UTC), and the limit on that day, 0 for none."""

    day: date
    used: int
    limit: int


def seat_history(organization: Organization, days: int = 90) -> list[SeatDay]:
    """Return what was saved in the last `days` days, oldest first. One query, up to one row for each day."""
    since = timezone.now().date() - timedelta(days=days)
    rows = SeatUse.objects.filter(organization=organization, day__gte=since).order_by("day")
    return [SeatDay(*row) for row in rows.values_list("day", "used", "limit")]
