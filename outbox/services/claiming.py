"""Who may send a row: taking it, giving it back, and what is written when the sending is over.

`attempts` is raised with every claim and fences what a worker writes afterwards: one that was taken for dead
and swept cannot overwrite what its successor did.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from outbox.models import OutgoingEmail, State
from outbox.policies import Verdict, pause
from outbox.queries import due, stuck
from outbox.services.listening import tell_listeners

# Longer than any live worker holds a row: delivery.BUDGET plus the slowest single mail (EMAIL_TIMEOUT a step).
LEASE = timedelta(minutes=5)


def _locked(rows: QuerySet[OutgoingEmail]) -> QuerySet[OutgoingEmail]:
    """SKIP LOCKED where there is one; SQLite has one writer at a time and needs none."""
    skip = connection.features.has_select_for_update_skip_locked
    return rows.select_for_update(skip_locked=skip)


def _take(rows: QuerySet[OutgoingEmail]) -> list[OutgoingEmail]:
    with transaction.atomic():
        taken = {row.pk: row for row in _locked(rows)}
        queued = OutgoingEmail.objects.filter(pk__in=taken, state=State.QUEUED)
        changed = queued.update(state=State.SENDING, claimed_at=Now(), attempts=F("attempts") + 1) if taken else 0
        if changed != len(taken):  # without row locks another one was quicker: leave this round to it
            transaction.set_rollback(True)
            return []
    for row in taken.values():
        row.state, row.attempts = State.SENDING, row.attempts + 1
    return list(taken.values())


def claim_due(limit: int) -> list[OutgoingEmail]:
    """Takes up to `limit` due rows (queued -> sending) that no other worker is taking, the oldest first."""
    return _take(due()[:limit])


def claim_one(pk: UUID) -> OutgoingEmail | None:
    """Takes this row if it waits for its first try or is due; None if it is not ours to send."""
    waiting = OutgoingEmail.objects.filter(pk=pk, state=State.QUEUED)
    # A clock that runs ahead in the web process must not delay the first try.
    taken = _take(waiting.filter(attempts=0)) or _take(due().filter(pk=pk))
    return taken[0] if taken else None


def _write(row: OutgoingEmail, **change: object) -> bool:
    """Writes the outcome unless the row was swept and taken again; tells the listeners."""
    with transaction.atomic():
        mine = OutgoingEmail.objects.filter(pk=row.pk, state=State.SENDING, attempts=row.attempts)
        if not mine.update(**change):
            return False
        row.refresh_from_db()
        tell_listeners([row])
    return True


def mark_cancelled(row: OutgoingEmail, reason: str) -> None:
    """sending -> cancelled: nobody wants this mail any more."""
    _write(row, state=State.CANCELLED, last_error=reason)


def mark_failed(row: OutgoingEmail, verdict: Verdict) -> None:
    """sending -> failed where the verdict is final or the tries are used up, else back to queued with a pause."""
    if verdict.final or row.attempts >= verdict.tries:
        _write(row, state=State.FAILED, last_error=verdict.reason)
    else:
        seconds = pause(row.attempts) if verdict.pause is None else verdict.pause
        later = Now() + timedelta(seconds=seconds) if seconds else Now()
        _write(row, state=State.QUEUED, next_attempt_at=later, last_error=verdict.reason)


def mark_sent(rows: Sequence[OutgoingEmail]) -> None:
    """sending -> sent. Not fenced: the mail is out, so a row that was swept back meanwhile must not go again."""
    gone = OutgoingEmail.objects.filter(state__in=[State.SENDING, State.QUEUED, State.HELD])
    change = {"state": State.SENT, "sent_at": Now(), "last_error": ""}
    with transaction.atomic():
        gone.filter(pk__in=sorted(row.pk for row in rows if not row.provider_message_id)).update(**change)
        for row in rows:
            if row.provider_message_id:
                gone.filter(pk=row.pk).update(**change, provider_message_id=row.provider_message_id)
            row.state, row.last_error = State.SENT, ""
        tell_listeners(rows)


def give_back(rows: Sequence[OutgoingEmail]) -> None:
    """sending -> queued for rows that were taken but not tried; the try is not counted."""
    for row in rows:
        mine = OutgoingEmail.objects.filter(pk=row.pk, state=State.SENDING, attempts=row.attempts)
        mine.update(state=State.QUEUED, attempts=F("attempts") - 1)


def reclaim_stuck(limit: int) -> int:
    """sending -> queued for rows whose worker died, or failed once they have killed too many; returns how many."""
    with transaction.atomic():
        rows = list(_locked(stuck(LEASE)[:limit]))
        for row in rows:
            # Once is bad luck and goes at once; a mail that does it again may be the one that kills workers.
            mark_failed(
                row, Verdict(False, _("The worker stopped while sending."), pause=0 if row.attempts == 1 else None)
            )
    return len(rows)
