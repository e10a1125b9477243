"""Hold all email: needed for a restored copy of the database before its workers start."""

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from outbox.models import Heartbeat, OutgoingEmail, State
from outbox.queries import HELD
from outbox.services.listeners import notify_listeners

BATCH = 500


def _set_state(rows: Q, state: State, **changes: object) -> int:
    count = 0
    while True:
        with transaction.atomic():
            batch = list(OutgoingEmail.objects.filter(rows).select_for_update().order_by("id")[:BATCH])
            OutgoingEmail.objects.filter(pk__in=[row.pk for row in batch]).update(state=state, **changes)
        for row in batch:
            row.state = state
        notify_listeners(batch)
        count += len(batch)
        if len(batch) < BATCH:
            return count


def hold_outbox() -> int:
    """Hold all unsent email, so that a copy doesn't send what the original has sent. Return the number of emails."""
    Heartbeat.objects.update_or_create(name=HELD, defaults={"at": timezone.now()})
    return _set_state(Q(state__in=[State.QUEUED, State.SENDING]), state=State.HELD)


def release_outbox() -> int:
    """Queue all held email, due at once. Return the number of emails."""
    count = _set_state(Q(state=State.HELD), state=State.QUEUED, next_attempt_at=Now())
    Heartbeat.objects.filter(name=HELD).delete()
    return count
