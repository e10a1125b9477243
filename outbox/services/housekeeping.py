"""The sweep: finds what lost wake-ups, dead workers and time left behind."""

import time
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from outbox.models import FINAL, Heartbeat, OutgoingEmail
from outbox.queries import SWEEP
from outbox.services.claiming import reclaim_stuck
from outbox.services.delivery import deliver_due

SLICE = 1000


def purge(*, older_than: timedelta, limit: int = SLICE) -> int:
    """Deletes up to `limit` rows that are through and older; returns how many.

    Ids begin with their time of birth (RFC 9562, 5.7), so the primary key finds the oldest without an index more.
    """
    born = int((time.time() - older_than.total_seconds()) * 1000)
    old = OutgoingEmail.objects.filter(pk__lt=UUID(int=born << 80), state__in=FINAL).order_by("pk")
    return OutgoingEmail.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).delete()[0]


def sweep() -> int:
    """Takes back stuck rows, sends what is due, drops what is old, notes that it ran; returns how many it sent.

    Any number may run at once: rows are claimed.
    """
    while reclaim_stuck(SLICE) == SLICE:
        pass
    # Before the sending, which may take its time and is watched by the age of the oldest due mail.
    Heartbeat.objects.update_or_create(name=SWEEP, defaults={"at": timezone.now()})
    sent = deliver_due()
    purge(older_than=timedelta(days=getattr(settings, "OUTBOX_KEEP_DAYS", 90)))
    return sent
