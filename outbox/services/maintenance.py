"""The sweep: sends what lost its wake-up, requeues what a dead worker held, deletes old rows."""

import time
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from outbox.models import FINAL, Heartbeat, OutgoingEmail
from outbox.queries import SWEEP
from outbox.services.claim import requeue_stuck
from outbox.services.delivery import deliver_due

BATCH = 1000


def purge(*, older_than: timedelta, limit: int = BATCH) -> int:
    """Delete up to `limit` rows in a final state that are older than `older_than`. Return the number of rows.

    Ids start with their creation time (RFC 9562, 5.7), so the primary key finds the oldest rows without another index.
    """
    cutoff = int((time.time() - older_than.total_seconds()) * 1000)  # milliseconds
    old = OutgoingEmail.objects.filter(pk__lt=UUID(int=cutoff << 80), state__in=FINAL).order_by("pk")
    return OutgoingEmail.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).delete()[0]


def sweep() -> int:
    """Requeue stuck rows, send due emails, delete old rows and record that the sweep ran. Return how many were claimed.

    Any number of sweeps may run at once, because rows are claimed.
    """
    while requeue_stuck(BATCH) == BATCH:
        pass
    # Before sending, which may take long and is monitored by the age of the oldest due email.
    Heartbeat.objects.update_or_create(name=SWEEP, defaults={"at": timezone.now()})
    count = deliver_due()
    purge(older_than=timedelta(days=getattr(settings, "OUTBOX_KEEP_DAYS", 90)))
    return count
