"""Holding all mail: what a restored copy of the database needs before its workers start."""

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from outbox.models import OutgoingEmail, State
from outbox.services.listening import tell_listeners

SLICE = 500


def _move(rows: Q, state: State, **change: object) -> int:
    moved = 0
    while True:
        with transaction.atomic():
            some = list(OutgoingEmail.objects.filter(rows).select_for_update().order_by("id")[:SLICE])
            OutgoingEmail.objects.filter(pk__in=[row.pk for row in some]).update(state=state, **change)
            for row in some:
                row.state = state
            tell_listeners(some)
        moved += len(some)
        if len(some) < SLICE:
            return moved


def hold_outbox() -> int:
    """Holds everything that is on its way, so that a copy does not mail what the original mailed; returns how many."""
    return _move(Q(state__in=[State.QUEUED, State.SENDING]), state=State.HELD)


def release_outbox() -> int:
    """Lets everything held go, due at once; returns how many."""
    return _move(Q(state=State.HELD), state=State.QUEUED, next_attempt_at=Now())
