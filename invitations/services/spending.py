"""Counting invitation mails against their limits (I-5)."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from invitations.limits import DAY, HOUR, hour_of, require_mails
from invitations.models import AddressSends, SendCount
from organizations.models import Membership


def spend_mails(*, actor: Membership, keys: Collection[str], again: bool = False) -> None:
    """Counts one mail to each of these canonical addresses; `again` says that they had one before.

    Must run inside the caller's transaction, with the organization's row locked. Raises RateLimited, with the reason
    and when it is possible, where a limit would be passed: then nothing is counted.
    """
    assert transaction.get_connection().in_atomic_block
    now = timezone.now()
    require_mails(actor, keys, now)
    _note_addresses(actor, keys, again, now)
    own = {"organization_id": actor.organization_id, "inviter_id": actor.pk, "hour": hour_of(now)}
    if not SendCount.objects.filter(**own).update(count=F("count") + len(keys)):
        SendCount.objects.create(**own, count=len(keys))


def _note_addresses(actor: Membership, keys: Collection[str], again: bool, now: datetime) -> None:
    known = AddressSends.objects.filter(organization=actor.organization_id, email_key__in=keys, last_at__gt=now - DAY)
    earlier = {sends.email_key: sends.again for sends in known}
    rows = [AddressSends(organization_id=actor.organization_id, email_key=key, last_at=now) for key in keys]
    for row in rows:
        times = [time for time in earlier.get(row.email_key, []) if time > (now - DAY).timestamp()]
        row.again = [*times, now.timestamp()] if again or row.email_key in earlier else times
    AddressSends.objects.bulk_create(
        rows,
        update_conflicts=True,
        update_fields=["last_at", "again"],
        unique_fields=["organization", "email_key"],
    )


def forget_sends(*, limit: int = 10_000) -> int:
    """Drops up to `limit` rows that no limit looks at any more, of each kind; how many it dropped."""
    now = timezone.now()
    gone = 0
    for rows in (
        AddressSends.objects.filter(last_at__lt=now - DAY),
        SendCount.objects.filter(hour__lt=now - DAY - 2 * HOUR - timedelta(minutes=1)),
    ):
        gone += rows.model._default_manager.filter(pk__in=list(rows.values_list("pk", flat=True)[:limit])).delete()[0]
    return gone
