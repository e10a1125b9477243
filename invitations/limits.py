"""How many invitation mails may go: to an address, by an inviter, from an organization (I-5).

Counted in the database, which nobody flushes, and exact: who spends holds the organization's row.
"""

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.timesince import timeuntil
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from base.policies import RateLimited
from base.text import canonical_email
from invitations.models import AddressSends, Batch, SendCount
from organizations.models import Membership

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Mails to one address after the first: so many within so long.
AGAIN = ((3, HOUR), (10, DAY))


@dataclass(frozen=True)
class Wait:
    """Why no mail may go now, and when it may; `until` None: never as many as this."""

    reason: str
    until: datetime | None = None


def hour_of(now: datetime) -> datetime:
    """The hour, in UTC, that mails are counted by."""
    return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _when(until: datetime, now: datetime) -> str:
    """ "Try again in 25 minutes, from 14:05 UTC." """
    until = until.astimezone(UTC)
    # A minute is the least that is said, and it is rounded up: who comes back then must not be early.
    late = until + timedelta(seconds=59)
    return _("Try again in %(time)s, from %(clock)s UTC.") % {
        "time": timeuntil(max(late, now + timedelta(minutes=1)), now),
        "clock": f"{late:%H:%M}",
    }


def free_at(again: Iterable[float], now: datetime) -> datetime | None:
    """When one more mail may go to an address that had mails at these times after its first; None: now."""
    ends = []
    for most, span in AGAIN:
        recent = sorted(moment for moment in again if moment > (now - span).timestamp())
        if len(recent) >= most:
            ends.append(datetime.fromtimestamp(recent[-most], UTC) + span)
    return max(ends, default=None)


def _addresses(actor: Membership, keys: Collection[str], now: datetime) -> Iterable[AddressSends]:
    return AddressSends.objects.filter(
        organization=actor.organization_id, email_key__in=keys, last_at__gt=now - DAY
    ).order_by("email_key")


def _wait_of_addresses(actor: Membership, keys: Collection[str], now: datetime) -> Wait | None:
    for sends in _addresses(actor, keys, now):
        if until := free_at(sends.again, now):
            words = _("%(address)s was sent enough mails for now.") % {"address": sends.email_key}
            return Wait(f"{words} {_when(until, now)}", until)
    return None


def _counts(actor: Membership, now: datetime) -> list[tuple[datetime, UUID, int]]:
    # An hour more than a day: the oldest hour counts until its last minute is a day old.
    since = hour_of(now) - DAY
    rows = SendCount.objects.filter(organization=actor.organization_id, hour__gte=since).order_by("hour")
    return list(rows.values_list("hour", "inviter_id", "count"))


def _room(hours: list[tuple[datetime, int]], most: int, wanted: int) -> tuple[int, datetime | None]:
    """How many more may go now, and when `wanted` may; None where they may now, or never."""
    used = sum(count for hour, count in hours)
    left, until = max(0, most - used), None
    for hour, count in hours:
        if used + wanted <= most:
            break
        used, until = used - count, hour + HOUR + DAY
    return left, until


def _wait_of_counts(actor: Membership, wanted: int, now: datetime) -> Wait | None:
    counts = _counts(actor, now)
    own = [(hour, count) for hour, inviter, count in counts if inviter == actor.pk]
    everyones = [(hour, count) for hour, inviter, count in counts]
    limits = (
        (everyones, settings.INVITATION_SENDS_PER_DAY, str(actor.organization.name)),
        (own, settings.INVITATION_SENDS_PER_INVITER, ""),
    )
    for hours, most, name in limits:
        if not most or sum(count for hour, count in hours) + wanted <= most:
            continue
        left, until = _room(hours, most, wanted)
        return Wait(_full(name, most, left, until if wanted <= most else None, now), until)
    return None


def _full(name: str, most: int, left: int, until: datetime | None, now: datetime) -> str:
    if name:
        words = _("%(name)s may send %(most)s invitation mails a day.") % {"name": name, "most": f"{most:,}"}
    else:
        words = _("You may send %(most)s invitation mails a day.") % {"most": f"{most:,}"}
    if left:
        rest = ngettext("%(count)s more can go now.", "%(count)s more can go now.", left) % {"count": f"{left:,}"}
        words = f"{words} {rest}"
    return f"{words} {_when(until, now)}" if until else words


def wait_for_mails(actor: Membership, keys: Collection[str], now: datetime | None = None) -> Wait | None:
    """Whether the actor's organization may send a mail to each of these canonical addresses now; None: it may.

    Two queries.
    """
    now = now or timezone.now()
    return _wait_of_addresses(actor, keys, now) or _wait_of_counts(actor, len(keys), now)


def require_mails(actor: Membership, keys: Collection[str], now: datetime | None = None) -> None:
    """Raises RateLimited, with the reason and when it is possible, where wait_for_mails() says to wait."""
    if wait := wait_for_mails(actor, keys, now):
        raise RateLimited(wait.reason, wait.until)


def wait_for_batch(actor: Membership, batch: Batch) -> Wait | None:
    """The same of a draft's people, whatever else is wrong with it."""
    keys = set()
    for person in batch.people:
        with suppress(ValidationError):
            keys.add(canonical_email(person.get("email", "")))
    return wait_for_mails(actor, keys) if keys else None
