"""Seats: how many members an organization may have (A-9)."""

from django.utils import timezone
from django.utils.translation import ngettext

from base.policies import ALLOWED, Decision, deny
from organizations.models import Organization
from organizations.queries import count_seats_used


def has_free_seats(organization: Organization, number: int = 1) -> Decision:
    """Return whether `number` more members have a seat. Exact under the organization's lock.

    Two queries, none for an organization without a limit.
    """
    limit = organization.seat_limit
    if not limit:
        return ALLOWED
    free = max(limit - count_seats_used(organization, timezone.now()), 0)
    if number <= free:
        return ALLOWED
    text = ngettext(
        "%(organization)s has %(free)s free seat of %(limit)s. Remove someone, or ask for more seats.",
        "%(organization)s has %(free)s free seats of %(limit)s. Remove someone, or ask for more seats.",
        free,
    )
    return deny(text % {"organization": organization.name, "free": free, "limit": limit})
