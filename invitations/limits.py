"""Limits on invitation emails: per address, per inviter and per organization (I-5).

The counts are stored in the database, where no cache flush can reset them. They are exact, because
services.quota.consume_mail_quota() runs with the organization's row locked.
"""

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from base.policies import RateLimited
from base.text import canonical_email
from base.times import retry_text
from invitations.models import AddressSends, Batch, SendCount
from organizations.models import Membership

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# (emails, period): limits on emails to one address after the first one.
RESEND_LIMITS = ((3, HOUR), (10, DAY))


@dataclass(frozen=True)
class LimitReached:
    """Why no email can be sent now. `retry_at` is None if this many can never be sent at once."""

    reason: str
    retry_at: datetime | None = None


def start_of_hour(now: datetime) -> datetime:
    """Return the start of the hour in UTC; emails are counted per hour."""
    return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def next_send_time(resend_times: Iterable[float], now: datetime) -> datetime | None:
    """Return when one more email may be sent to an address, or None for now.

    `resend_times` are the times of its emails after the first, in seconds since 1970.
    """
    ends = []
    for limit, period in RESEND_LIMITS:
        recent = sorted(time for time in resend_times if time > (now - period).timestamp())
        if len(recent) >= limit:
            ends.append(datetime.fromtimestamp(recent[-limit], UTC) + period)
    return max(ends, default=None)


def _recent_sends(actor: Membership, keys: Collection[str], now: datetime) -> Iterable[AddressSends]:
    return AddressSends.objects.filter(
        organization=actor.organization_id, email_key__in=keys, last_at__gt=now - DAY
    ).order_by("email_key")


def _check_address_limits(actor: Membership, keys: Collection[str], now: datetime) -> LimitReached | None:
    for sends in _recent_sends(actor, keys, now):
        if retry_at := next_send_time(sends.again, now):
            reason = _("Too many emails to %(address)s recently.") % {"address": sends.email_key}
            return LimitReached(f"{reason} {retry_text(retry_at, now)}", retry_at)
    return None


def _hourly_counts(actor: Membership, now: datetime) -> list[tuple[datetime, UUID, int]]:
    # One hour more than a day: the oldest hour counts until its last minute is a day old.
    since = start_of_hour(now) - DAY
    rows = SendCount.objects.filter(organization=actor.organization_id, hour__gte=since).order_by("hour")
    return list(rows.values_list("hour", "inviter_id", "count"))


def _remaining_quota(counts: list[tuple[datetime, int]], limit: int, requested: int) -> tuple[int, datetime | None]:
    """Return how many emails are left now, and when `requested` ones can be sent (None: now, or never)."""
    used = sum(count for hour, count in counts)
    left, retry_at = max(0, limit - used), None
    for hour, count in counts:
        if used + requested <= limit:
            break
        used, retry_at = used - count, hour + HOUR + DAY
    return left, retry_at


def _check_daily_limits(actor: Membership, requested: int, now: datetime) -> LimitReached | None:
    rows = _hourly_counts(actor, now)
    own_counts = [(hour, count) for hour, inviter_id, count in rows if inviter_id == actor.pk]
    all_counts = [(hour, count) for hour, inviter_id, count in rows]
    limits = (
        (all_counts, settings.INVITATION_SENDS_PER_DAY, str(actor.organization.name)),
        (own_counts, settings.INVITATION_SENDS_PER_INVITER, ""),
    )
    for counts, limit, name in limits:
        if not limit or sum(count for hour, count in counts) + requested <= limit:
            continue
        left, retry_at = _remaining_quota(counts, limit, requested)
        return LimitReached(
            _daily_limit_text(name, limit, left, retry_at if requested <= limit else None, now), retry_at
        )
    return None


def _daily_limit_text(name: str, limit: int, left: int, retry_at: datetime | None, now: datetime) -> str:
    """Return the reason; `name` is the organization's name, or empty for the inviter's own limit."""
    values = {"name": name, "limit": f"{limit:,}"}
    if name:
        reason = ngettext(
            "%(name)s can send %(limit)s invitation email a day.",
            "%(name)s can send %(limit)s invitation emails a day.",
            limit,
        )
    else:
        reason = ngettext(
            "You can send %(limit)s invitation email a day.", "You can send %(limit)s invitation emails a day.", limit
        )
    sentences = [reason % values]
    if left:
        sentences.append(_("You can send %(count)s more now.") % {"count": f"{left:,}"})
    if retry_at:
        sentences.append(retry_text(retry_at, now))
    return " ".join(sentences)


def check_mail_quota(actor: Membership, keys: Collection[str], now: datetime | None = None) -> LimitReached | None:
    """Return None if the actor can send an email to each of these canonical addresses now, else the limit reached.

    Two queries.
    """
    now = now or timezone.now()
    return _check_address_limits(actor, keys, now) or _check_daily_limits(actor, len(keys), now)


def require_mail_quota(actor: Membership, keys: Collection[str], now: datetime | None = None) -> None:
    """Raise RateLimited, with the reason and the time to retry, if check_mail_quota() finds a limit."""
    if limit := check_mail_quota(actor, keys, now):
        raise RateLimited(limit.reason, limit.retry_at)


def check_batch_mail_quota(actor: Membership, batch: Batch) -> LimitReached | None:
    """Check the quota for the people in a draft. Addresses that are not valid are left out."""
    keys = set()
    for person in batch.people:
        with suppress(ValidationError):
            keys.add(canonical_email(person.get("email", "")))
    return check_mail_quota(actor, keys) if keys else None
