"""Claims on rows: claim a row, release it, and save the result of sending it.

Every claim raises `attempts`, which works as a fencing token: a worker that was presumed dead and whose row was
requeued can't overwrite the result of the next worker.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from outbox.models import OutgoingEmail, State
from outbox.policies import Failure, retry_delay
from outbox.queries import due_emails, stuck_emails
from outbox.services.listeners import notify_listeners

# Longer than a live worker holds a row: delivery.BUDGET plus the slowest single email (EMAIL_TIMEOUT per step).
LEASE = timedelta(minutes=5)


def locked(rows: QuerySet[OutgoingEmail]) -> QuerySet[OutgoingEmail]:
    """Lock with SKIP LOCKED if the database has it. SQLite has one writer at a time and needs no row locks."""
    skip = connection.features.has_select_for_update_skip_locked
    return rows.select_for_update(skip_locked=skip)


def _claim(rows: QuerySet[OutgoingEmail]) -> list[OutgoingEmail]:
    with transaction.atomic():
        claimed = {row.pk: row for row in locked(rows)}
        queued = OutgoingEmail.objects.filter(pk__in=claimed, state=State.QUEUED)
        changed = queued.update(state=State.SENDING, claimed_at=Now(), attempts=F("attempts") + 1) if claimed else 0
        if changed != len(claimed):  # without row locks another worker can be faster: leave these rows to it
            transaction.set_rollback(True)
            return []
    for row in claimed.values():
        row.state, row.attempts = State.SENDING, row.attempts + 1
    return list(claimed.values())


def claim_due(limit: int) -> list[OutgoingEmail]:
    """Claim up to `limit` due rows (queued -> sending) that no other worker is claiming, oldest first."""
    return _claim(due_emails()[:limit])


def claim_one(pk: UUID) -> OutgoingEmail | None:
    """Claim this row if it waits for its first attempt or is due. Return None if this worker must not send it."""
    waiting = OutgoingEmail.objects.filter(pk=pk, state=State.QUEUED)
    # The first attempt must not wait because the web process's clock is ahead.
    claimed = _claim(waiting.filter(attempts=0)) or _claim(due_emails().filter(pk=pk))
    return claimed[0] if claimed else None


def _save_result(row: OutgoingEmail, **changes: object) -> bool:
    """Save the result and notify the listeners. Do nothing and return False if the row was requeued in the meantime."""
    with transaction.atomic():
        own = OutgoingEmail.objects.filter(pk=row.pk, state=State.SENDING, attempts=row.attempts)
        if not own.update(**changes):
            return False
        row.refresh_from_db()
        notify_listeners([row])
    return True


def mark_cancelled(row: OutgoingEmail, reason: str) -> None:
    """sending -> cancelled: the email is no longer needed."""
    _save_result(row, state=State.CANCELLED, last_error=reason)


def mark_failed(row: OutgoingEmail, failure: Failure, until: datetime | None = None) -> None:
    """sending -> failed if the failure is permanent or no attempts are left, otherwise -> queued with a delay.

    `until`: when to try again, if all emails wait.
    """
    if failure.permanent or row.attempts >= failure.max_attempts:
        _save_result(row, state=State.FAILED, last_error=failure.reason)
    else:
        seconds = retry_delay(row.attempts) if failure.delay is None else failure.delay
        next_attempt = until or (Now() + timedelta(seconds=seconds) if seconds else Now())
        _save_result(row, state=State.QUEUED, next_attempt_at=next_attempt, last_error=failure.reason)


def mark_sent(rows: Sequence[OutgoingEmail]) -> None:
    """sending -> sent. Not fenced: the email was sent, so a row that was requeued meanwhile must not be sent again."""
    unfinished = OutgoingEmail.objects.filter(state__in=[State.SENDING, State.QUEUED, State.HELD])
    changes = {"state": State.SENT, "sent_at": Now(), "last_error": ""}
    with transaction.atomic():
        unfinished.filter(pk__in=sorted(row.pk for row in rows if not row.provider_message_id)).update(**changes)
        for row in rows:
            if row.provider_message_id:
                unfinished.filter(pk=row.pk).update(**changes, provider_message_id=row.provider_message_id)
            row.state, row.last_error = State.SENT, ""
    notify_listeners(rows)


def release_claims(rows: Sequence[OutgoingEmail]) -> None:
    """sending -> queued for rows that were claimed but not attempted, as they were before."""
    for row in rows:
        own = OutgoingEmail.objects.filter(pk=row.pk, state=State.SENDING, attempts=row.attempts)
        own.update(state=State.QUEUED, attempts=F("attempts") - 1, claimed_at=row.claimed_at)


def requeue_stuck(limit: int) -> int:
    """sending -> queued for rows whose worker died, or -> failed if too many workers did. Return the number of rows."""
    with transaction.atomic():
        rows = list(locked(stuck_emails(LEASE)[:limit]))
        for row in rows:
            # The first time may be bad luck: retry at once. After that, the email itself may be killing workers.
            delay = 0 if row.attempts == 1 else None
            mark_failed(row, Failure(False, _("The worker stopped while sending."), delay=delay))
    return len(rows)
