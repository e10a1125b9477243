"""The pause while the mail server takes no email from us.

A wrong sender, a wrong password or a server that is down affects every email. So instead of trying them one by one, the
outbox waits: 30 seconds, then 1, 2, 4 ... minutes, then an hour, or five minutes at most if only some emails may be
affected. A new email is still tried, but not within ten seconds of a refusal. The first email that is accepted ends the
pause for all.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, F, PositiveIntegerField, Q, QuerySet, When
from django.db.models.functions import Now

from outbox.models import Outage, OutgoingEmail, State
from outbox.policies import MAX_ATTEMPTS, MAX_DELAY, retry_delay
from outbox.queries import MAIL_SERVER, due_emails
from outbox.services.claim import locked

logger = logging.getLogger(__name__)

MAX_UNSURE_DELAY = 300.0
PROBE_SECONDS = 10
BATCH = 10_000


def _outages() -> QuerySet[Outage]:
    return Outage.objects.filter(name=MAIL_SERVER)


def record_refusal(reason: str) -> Outage:
    """Record that the mail server refused us, without a pause for other emails."""
    with transaction.atomic():
        Outage.objects.bulk_create([Outage(name=MAIL_SERVER)], ignore_conflicts=True)
        outage = _outages().select_for_update().get()
        new = outage.since is None
        _outages().update(since=Now() if new else outage.since, at=Now(), reason=reason)
        outage.refresh_from_db()
    if new:
        logger.error("The mail server doesn't accept email from us: %s", reason)
    return outage


def start_pause(reason: str, *, affects_all: bool) -> Outage:
    """Record the refusal and pause. A pause that hasn't ended stays as long as it is."""
    with transaction.atomic():
        outage = record_refusal(reason)
        if not _outages().filter(until__gt=Now()).exists():
            delay = min(retry_delay(outage.pauses + 1), MAX_DELAY if affects_all else MAX_UNSURE_DELAY)
            _outages().update(until=Now() + timedelta(seconds=delay), pauses=F("pauses") + 1)
            outage.refresh_from_db()
            end = f"{outage.until:%Y-%m-%d %H:%M:%S} UTC"
            logger.warning("Sending email is paused until %s (pause %d): %s", end, outage.pauses, reason)
    return outage


def is_too_soon() -> bool:
    """Whether the server refused us during the last seconds, so that not even a new email should be tried."""
    return _outages().filter(until__gt=Now(), at__gt=Now() - timedelta(seconds=PROBE_SECONDS)).exists()


def postpone_due(reason: str, until: datetime) -> int:
    """Let all due emails wait until then, with the reason. Return how many.

    A pause counts as an attempt, but not more often than attempts are made at their longest delay, so that short pauses
    don't use them up. Emails at their last attempt are left out: the next delivery tries them, and they fail.
    """
    counts = Q(claimed_at=None) | Q(claimed_at__lt=Now() - timedelta(seconds=0.75 * MAX_DELAY))
    attempts = Case(When(counts, then=F("attempts") + 1), default=F("attempts"), output_field=PositiveIntegerField())
    claimed_at = Case(When(counts, then=Now()), default=F("claimed_at"))
    total = 0
    while True:
        with transaction.atomic():
            due = locked(due_emails().filter(attempts__lt=MAX_ATTEMPTS - 1))
            keys = list(due.values_list("pk", flat=True)[:BATCH])
            rows = OutgoingEmail.objects.filter(pk__in=keys, state=State.QUEUED)
            total += rows.update(next_attempt_at=until, last_error=reason, attempts=attempts, claimed_at=claimed_at)
        if len(keys) < BATCH:
            return total


def end_outage() -> None:
    """The server accepted an email: emails that wait for the end of the pause are due now."""
    if not _outages().filter(since__isnull=False).exists():
        return
    count = 0
    with transaction.atomic():
        outage = _outages().select_for_update().get()
        over = _outages().filter(since__isnull=False).update(since=None, until=None, pauses=0)
        if outage.until:
            waiting = OutgoingEmail.objects.filter(state=State.QUEUED, next_attempt_at=outage.until)
            count = waiting.update(next_attempt_at=Now())
    if over:
        logger.info("The mail server accepts email again. Sending %d waiting emails.", count)
