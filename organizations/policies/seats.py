"""Seats: how many members an organization may have (A-9)."""

from django.utils import timezone
from django.utils.translation import gettext as _

from base.policies import ALLOWED, Decision, Refused, deny
from organizations.models import Organization
from organizations.queries import count_seats_used, seat_use


class NoFreeSeats(Refused):
    """The organization has no free seat. str() is for people who can see its numbers.

    `public_reason` is for everyone else, such as a person who wants to join.
    """

    def __init__(self, reason: str, organization: Organization) -> None:
        text = _("%(organization)s has no free seats at the moment. Ask one of its Admins.")
        self.public_reason = text % {"organization": organization.name}
        super().__init__(reason)


def has_free_seats(organization: Organization, number: int = 1) -> Decision:
    """Return whether `number` more members have a seat. Exact under the organization's lock.

    Two queries, none for an organization without a limit.
    """
    limit = organization.seat_limit
    if not limit or number <= 0:
        return ALLOWED
    free = max(limit - count_seats_used(organization, timezone.now()), 0)
    if number <= free:
        return ALLOWED
    text = _("%(organization)s has %(free)s of %(limit)s seats free. Remove someone, or request more seats.")
    return deny(text % {"organization": organization.name, "free": free, "limit": limit})


def few_seats(organization: Organization) -> str:
    """Return a sentence about the free seats if few are left, otherwise "". No query without a limit."""
    use = seat_use(organization) if organization.seat_limit else None
    if use is None or not use.is_near_limit:
        return ""
    text = _("%(organization)s has %(free)s of %(limit)s seats free.")
    return text % {"organization": organization.name, "free": use.free, "limit": use.limit}


def require_free_seats(organization: Organization, number: int = 1) -> None:
    """Raise NoFreeSeats unless `number` seats are free. `organization` must be locked and freshly loaded."""
    if not (decision := has_free_seats(organization, number)):
        raise NoFreeSeats(decision.reason, organization)
