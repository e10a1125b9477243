"""Counting invitation emails against their limits (I-5)."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from invitations.limits import DAY, HOUR, require_mail_quota, start_of_hour
from invitations.models import AddressSends, SendCount
from organizations.models import Membership


def consume_mail_quota(*, actor: Membership, keys: Collection[str], resend: bool = False) -> None:
    """Count one email to each of these canonical addresses; `resend` means that they had one before.

    Must run inside the caller's transaction, with the organization's row locked. Raises RateLimited, with the reason
    and the time to retry, if a limit would be exceeded; nothing is counted then.
    """
    assert transaction.get_connection().in_atomic_block
    now = timezone.now()
    require_mail_quota(actor, keys, now)
    _record_addresses(actor, keys, resend, now)
    count_key = {"organization_id": actor.organization_id, "inviter_id": actor.pk, "hour": start_of_hour(now)}
    if not SendCount.objects.filter(**count_key).update(count=F("count") + len(keys)):
        SendCount.objects.create(**count_key, count=len(keys))


def _record_addresses(actor: Membership, keys: Collection[str], resend: bool, now: datetime) -> None:
    since = now - DAY
    recent = AddressSends.objects.filter(organization=actor.organization_id, email_key__in=keys, last_at__gt=since)
    times_by_key = {sends.email_key: sends.again for sends in recent}
    rows = [AddressSends(organization_id=actor.organization_id, email_key=key, last_at=now) for key in keys]
    for row in rows:
        times = [time for time in times_by_key.get(row.email_key, []) if time > since.timestamp()]
        row.again = [*times, now.timestamp()] if resend or row.email_key in times_by_key else times
    AddressSends.objects.bulk_create(
        rows,
        update_conflicts=True,
        update_fields=["last_at", "again"],
        unique_fields=["organization", "email_key"],
    )


def delete_old_sends(*, limit: int = 10_000) -> int:
    """Delete rows that no limit still counts, up to `limit` of each table. Return how many were deleted."""
    now = timezone.now()
    deleted = 0
    for rows in (
        AddressSends.objects.filter(last_at__lt=now - DAY),
        SendCount.objects.filter(hour__lt=now - DAY - 2 * HOUR - timedelta(minutes=1)),
    ):
        ids = list(rows.values_list("pk", flat=True)[:limit])
        deleted += rows.model._default_manager.filter(pk__in=ids).delete()[0]
    return deleted
