"""Delivery: send one email, or all due emails over one SMTP connection."""

import logging
import time
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from base.stopping import stopping
from outbox.models import OutgoingEmail
from outbox.policies import Cause, Failure, classify_failure
from outbox.queries import current_outage
from outbox.services import claim, outage
from outbox.services.render import render
from outbox.smtp import answer_of, open_backend

logger = logging.getLogger(__name__)

BATCH = 250
# Seconds after which a task ends, so that a worker that is told to stop can do so. The next sweep continues.
BUDGET = 45.0
# What a killed worker may send twice: the emails accepted in the last moment, which on a slow server is one.
MAX_UNSAVED, MAX_UNSAVED_SECONDS = 250, 0.1
# After as many failures that aren't about their emails, with no email accepted in between, the rest isn't tried.
STOP_AFTER = 3


class ServerUnavailable(Exception):
    """No connection to the mail server could be opened. This says nothing about any single email."""


class Delivery:
    """An open connection to the mail server, and the emails it accepted that are not yet saved as sent."""

    def __init__(self) -> None:
        self.connection = open_backend()
        self.accepted: list[OutgoingEmail] = []
        self.accepted_since = 0.0
        self.failures_in_a_row = 0

    def send(self, row: OutgoingEmail, message: EmailMessage) -> None:
        """Send the message. Raise ServerUnavailable if there is no connection, or the error for the server's reply."""
        try:
            self.connection.open()
        except Exception as error:
            raise ServerUnavailable from error
        try:
            count = self.connection.send_messages([message])
        except Exception:
            self.close()  # after an error, the state of the connection is unknown
            raise
        if count == 0:
            raise ConnectionError(_("the email backend sent no message"))
        message_id = getattr(getattr(message, "anymail_status", None), "message_id", None)
        row.provider_message_id = "" if message_id is None else str(message_id)
        row.answer = answer_of(self.connection)
        self.accepted_since = self.accepted_since if self.accepted else time.monotonic()
        self.accepted.append(row)
        self.failures_in_a_row = 0

    def save_accepted(self, *, minimum: int = 1) -> None:
        """Save accepted emails as sent if there are at least `minimum`, or if the oldest has waited long enough."""
        waited = time.monotonic() - self.accepted_since >= MAX_UNSAVED_SECONDS
        if self.accepted and (waited or len(self.accepted) >= minimum):
            claim.mark_sent(self.accepted)
            self.accepted = []
            outage.end_outage()

    def close(self) -> None:
        """Close the connection. Ignore errors of the server."""
        try:
            self.connection.close()
        except Exception:
            logger.debug("Closing the connection to the mail server failed.", exc_info=True)
            self.connection = open_backend()


def _deliver(delivery: Delivery, row: OutgoingEmail) -> Failure | None:
    """Render and send the email of one claimed row. Return why it wasn't sent, or None."""
    try:
        message = render(row)
        if message is not None:
            delivery.send(row, message)
    except ServerUnavailable as error:
        cause = error.__cause__
        return classify_failure(cause if isinstance(cause, Exception) else error, connecting=True)
    except Exception as error:
        return classify_failure(error)
    if message is None:
        claim.mark_cancelled(row, _("No longer needed at the time of sending."))
    # A row that failed before may be killing workers: save the emails before and after it one by one.
    delivery.save_accepted(minimum=MAX_UNSAVED if row.attempts == 1 else 1)
    return None


def _save_failure(row: OutgoingEmail, failure: Failure) -> None:
    if failure.cause is Cause.US:  # logs it
        outage.record_refusal(failure.reason)
    else:
        logger.warning("Email %s (%s), attempt %d: %s", row.pk, row.kind, row.attempts, failure.reason)
    claim.mark_failed(row, failure)


def _pause(rows: Sequence[OutgoingEmail], failure: Failure) -> None:
    """Let all email wait, because the server refused the first of these rows or is down.

    No row fails before its last attempt.
    """
    pause = outage.start_pause(failure.reason, affects_all=failure.affects_all)
    claim.mark_failed(rows[0], failure, pause.until)
    last = [row for row in rows[1:] if failure.affects_all and row.attempts >= failure.max_attempts]
    for row in last:
        claim.mark_failed(row, failure)
    claim.release_claims([row for row in rows[1:] if row not in last])
    if pause.until:
        outage.postpone_due(failure.reason, pause.until)


def _deliver_batch(delivery: Delivery, rows: list[OutgoingEmail], deadline: float) -> bool:
    """Send claimed rows. Return False if the server takes no email from us, time is up or the worker is stopping."""
    for index, row in enumerate(rows):
        if stopping.is_set() or time.monotonic() > deadline:
            claim.release_claims(rows[index:])
            return False
        failure = _deliver(delivery, row)
        if failure is None:
            continue
        delivery.save_accepted()  # accepted before the refusal, so it doesn't end the outage
        delivery.failures_in_a_row += failure.cause is not Cause.EMAIL
        if failure.affects_all or (failure.cause is not Cause.EMAIL and delivery.failures_in_a_row >= STOP_AFTER):
            _pause(rows[index:], failure)
            return False
        _save_failure(row, failure)
    return True


def _wait_if_refused() -> bool:
    """Whether the server refused us just now. Then all due email waits a moment."""
    if not outage.is_too_soon():
        return False
    current = current_outage()
    if current and current.at:
        outage.postpone_due(current.reason, current.at + timedelta(seconds=outage.PROBE_SECONDS))
    return True


def deliver_due(*, batch: int = BATCH, budget: float = BUDGET) -> int:
    """Send due emails, `batch` rows at a time, for about `budget` seconds. Return how many rows were claimed."""
    if _wait_if_refused():
        return 0
    deadline = time.monotonic() + budget
    delivery, count = Delivery(), 0
    try:
        while not stopping.is_set() and (rows := claim.claim_due(batch)):
            count += len(rows)
            proceed = _deliver_batch(delivery, rows, deadline)
            delivery.save_accepted()
            if not proceed:
                break
    finally:
        delivery.save_accepted()
        delivery.close()
    return count


def deliver_email(pk: UUID) -> bool:
    """Send this one row. Return False if another worker has it, it isn't due, or the server refused us just now."""
    if _wait_if_refused():
        return False
    row = claim.claim_one(pk)
    if row is None:
        return False
    delivery = Delivery()
    try:
        _deliver_batch(delivery, [row], time.monotonic() + BUDGET)
    finally:
        delivery.save_accepted()
        delivery.close()
    return True
