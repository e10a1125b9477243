"""Sending: one mail that was asked for, or all that are due over one kept connection."""

import logging
import threading
import time
from collections.abc import Sequence
from uuid import UUID

from django.core.mail import EmailMessage, get_connection
from django.utils.translation import gettext as _

from outbox.models import OutgoingEmail
from outbox.policies import Verdict, sort_failure
from outbox.services import claiming
from outbox.services.rendering import render

logger = logging.getLogger(__name__)

BATCH = 250
# A task ends after so many seconds, so that a worker that is told to stop can; the next sweep goes on.
BUDGET = 45.0
# What a killed worker may send twice: the mails of the last moment, which on a slow server is one.
UNMARKED, UNMARKED_SECONDS = 250, 0.1

# Set where a worker shuts down: the current mail ends, the rest go back.
stopping = threading.Event()


class ServerGone(Exception):
    """No connection to the mail server could be opened: says nothing about any one mail."""


class Delivery:
    """One kept connection to the mail server, and the mails it took that are not yet written down as sent."""

    def __init__(self) -> None:
        self.connection = get_connection()
        self.taken: list[OutgoingEmail] = []
        self.taken_since = 0.0

    def send(self, row: OutgoingEmail, message: EmailMessage) -> None:
        """Hands the message to the server; raises ServerGone, or what the server's answer raises."""
        try:
            self.connection.open()
        except Exception as error:
            raise ServerGone from error
        message.connection = self.connection
        try:
            accepted = self.connection.send_messages([message])
        except Exception:
            self.close()  # after an error nobody knows what the connection is in the middle of
            raise
        if accepted == 0:
            raise ConnectionError(_("the mail backend took no message"))
        given = getattr(getattr(message, "anymail_status", None), "message_id", None)
        row.provider_message_id = "" if given is None else str(given)
        self.taken_since = self.taken_since if self.taken else time.monotonic()
        self.taken.append(row)

    def write_down(self, *, every: int = 1) -> None:
        """Marks what was taken as sent, once it is `every` mails or the oldest waited for a moment."""
        waited = time.monotonic() - self.taken_since >= UNMARKED_SECONDS
        if self.taken and (waited or len(self.taken) >= every):
            rows, self.taken = self.taken, []
            claiming.mark_sent(rows)

    def close(self) -> None:
        """Ends the connection, however the server takes it."""
        try:
            self.connection.close()
        except Exception:
            logger.debug("The mail server did not take the goodbye.", exc_info=True)
            self.connection = get_connection()


def _deliver(delivery: Delivery, row: OutgoingEmail) -> None:
    """Makes and sends the mail of one claimed row and writes down what became of it; only ServerGone passes."""
    try:
        message = render(row)
        if message is not None:
            delivery.send(row, message)
    except ServerGone:
        raise
    except Exception as error:
        _note(row, error)
    else:
        if message is None:
            claiming.mark_cancelled(row, _("No longer wanted when it was to be sent."))
    # A row that failed before may be the one that kills workers: its neighbours are written down around it.
    delivery.write_down(every=UNMARKED if row.attempts == 1 else 1)


def _note(row: OutgoingEmail, error: Exception) -> None:
    verdict = sort_failure(error)
    logger.warning("Mail %s (%s), try %d: %s", row.pk, row.kind, row.attempts, verdict.reason)
    claiming.mark_failed(row, verdict)


def _put_off(rows: Sequence[OutgoingEmail], error: BaseException) -> None:
    """The mail server is away: every row learns why it waits, and none is given up for it before its time."""
    verdict = sort_failure(error) if isinstance(error, Exception) else Verdict(False, "")
    logger.warning("No mail server, %d mails wait: %s", len(rows), verdict.reason)
    for row in rows:
        claiming.mark_failed(row, Verdict(False, verdict.reason))


def _deliver_batch(delivery: Delivery, rows: list[OutgoingEmail], deadline: float) -> bool:
    """Sends claimed rows; False where the server is away, the time is up or the worker stops."""
    for place, row in enumerate(rows):
        if stopping.is_set() or time.monotonic() > deadline:
            claiming.give_back(rows[place:])
            return False
        try:
            _deliver(delivery, row)
        except ServerGone as gone:
            _put_off(rows[place:], gone.__cause__ or gone)
            return False
    return True


def deliver_due(*, batch: int = BATCH, budget: float = BUDGET) -> int:
    """Sends what is due, `batch` rows at a time, for about `budget` seconds; returns how many rows it took."""
    deadline = time.monotonic() + budget
    delivery, count = Delivery(), 0
    try:
        while not stopping.is_set() and (rows := claiming.claim_due(batch)):
            count += len(rows)
            go_on = _deliver_batch(delivery, rows, deadline)
            delivery.write_down()
            if not go_on:
                break
    finally:
        delivery.write_down()
        delivery.close()
    return count


def deliver_email(pk: UUID) -> bool:
    """Sends this one row if it is ours to send; False if somebody else has it or it is not due."""
    row = claiming.claim_one(pk)
    if row is None:
        return False
    delivery = Delivery()
    try:
        _deliver_batch(delivery, [row], time.monotonic() + BUDGET)
    finally:
        delivery.write_down()
        delivery.close()
    return True
