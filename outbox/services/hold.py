"""Hold all email: needed for a restored copy of the database before its workers start."""

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from outbox.models import OutgoingEmail, State
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
    return _set_state(Q(state__in=[State.QUEUED, State.SENDING]), state=State.HELD)


def release_outbox() -> int:
    """Queue all held email, due at once. Return the number of emails."""
    return _set_state(Q(state=State.HELD), state=State.QUEUED, next_attempt_at=Now())
