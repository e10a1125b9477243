"""Delivery of streams: signed webhooks (https://www.standardwebhooks.com), in order and at least once.

A worker claims a stream by moving its next attempt into the future, so no transaction stays open during a request. If
the worker dies, the next one sends the same batch again after LEASE, with the same webhook-id.
"""

import hashlib
import hmac
import logging
import random
import time
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import AuditStream, Entry, StreamFormat
from audit.ocsf import to_json_line
from audit.queries import due_streams, entries_after
from audit.services.entries import record
from base.outgoing import OutgoingError, Response, post_bytes
from base.stopping import stopping

logger = logging.getLogger(__name__)
# A batch ends with the entry that makes it this long, and has at most MAX_ENTRIES.
MAX_BYTES, MAX_ENTRIES = 18_000, 100
LEASE = timedelta(minutes=2)
# After a request that took longer than SLOW seconds, the stream pauses for PAUSE times as long, for the sake of others.
SLOW, PAUSE = 1.0, 10
# A task ends after this many seconds, and the next sweep continues.
BUDGET = 30.0
# Seconds to wait after the first failure, the second and so on. The last one repeats until the receiver is back.
BACKOFF = (5, 60, 300, 1800, 7200, 21600)
JITTER = 0.2
MAX_RETRY_AFTER = 86400
# Characters of the response that a test shows.
EXCERPT = 500
GONE = 410


@dataclass(frozen=True)
class Attempt:
    """The receiver's response to one request. `error` is a sentence, or "" if the batch was accepted."""

    status: int | None = None
    body: str = ""
    error: str = ""
    retry_after: float = 0


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return one signature of the request: "v1," and HMAC-SHA256 in base64."""
    key = b64decode(secret.removeprefix("whsec_"))
    digest = hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256)
    return "v1," + b64encode(digest).decode()


def headers_for(stream: AuditStream, message_id: str, body: bytes, now: datetime) -> dict[str, str]:
    """Return the headers of a request. After a change of the secret, there are two signatures for a while."""
    timestamp = int(now.timestamp())
    secrets = [str(stream.secret)]
    if stream.previous_secret and stream.previous_secret_until and now < stream.previous_secret_until:
        secrets.append(str(stream.previous_secret))
    kind = "application/json" if stream.format == StreamFormat.JSON else "application/x-ndjson"
    return {
        "content-type": kind,
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(sign(secret, message_id, timestamp, body) for secret in secrets),
    }


def build_body(stream: AuditStream, lines: Sequence[str]) -> bytes:
    """Return the lines as a JSON array, or as lines."""
    if stream.format == StreamFormat.JSON:
        return ("[" + ",".join(lines) + "]").encode()
    return "".join(line + "\n" for line in lines).encode()


def deliver_streams(organization_id: UUID | None = None) -> int:
    """Send the due streams of one organization or all. Return the number of accepted entries."""
    return sum(deliver_stream(pk) for pk in list(due_streams(organization_id).values_list("pk", flat=True)))


def deliver_stream(pk: UUID) -> int:
    """Send the stream's entries until none are left, a request fails or the worker stops, for BUDGET seconds.

    Return how many were accepted.
    """
    total, end = 0, time.monotonic() + BUDGET
    while time.monotonic() < end and not stopping.is_set():
        stream = _claim(pk)
        if stream is None:
            break
        entries = _next_batch(stream)
        if not entries:
            _release(stream)
            break
        started = time.monotonic()
        attempt = _post(stream, entries)
        if not _save_attempt(stream, entries, attempt, took=time.monotonic() - started):
            break
        total += len(entries)
    return total


def _claim(pk: UUID) -> AuditStream | None:
    """Return the stream if it is due and no other worker has it."""
    now = timezone.now()
    due = AuditStream.objects.filter(pk=pk, is_active=True, next_attempt_at__lte=now)
    lease = now + LEASE
    return AuditStream.objects.get(pk=pk) if due.update(next_attempt_at=lease) else None


def _next_batch(stream: AuditStream) -> list[Entry]:
    """Return the entries after the cursor that make one request. A repeated one has the same entries."""
    entries = entries_after(stream.organization_id, stream.cursor, MAX_ENTRIES)
    if stream.message_end > stream.cursor:
        return [entry for entry in entries if (entry.sequence or 0) <= stream.message_end] or entries[:1]
    size, batch = 0, list[Entry]()
    for entry in entries:
        size += len(to_json_line(entry).encode())
        if batch and size > MAX_BYTES:
            break
        batch.append(entry)
    return batch


def _post(stream: AuditStream, entries: Sequence[Entry]) -> Attempt:
    message_id = f"msg_{stream.pk.hex}_{entries[0].sequence}_{entries[-1].sequence}"
    # Before the request: if this worker dies, the next one repeats the same batch.
    _claimed(stream).update(message_end=entries[-1].sequence)
    return send(stream, message_id, build_body(stream, [to_json_line(entry) for entry in entries]))


def send(stream: AuditStream, message_id: str, body: bytes) -> Attempt:
    """Send one request, and return the result. Doesn't follow redirects. Never raises."""
    try:
        headers = headers_for(stream, message_id, body, timezone.now())
        response = post_bytes(stream.url, body, headers=headers)
    except OutgoingError as error:
        return Attempt(error=str(error))
    except Exception:  # such as a secret that no key decrypts: the other streams go on
        logger.exception("Stream %s failed.", stream.pk)
        return Attempt(error=_("The request couldn’t be sent. The worker’s log says why."))
    return _read(response)


def _read(response: Response) -> Attempt:
    # Where private networks are allowed, an answer may be an internal service's, which customers must not read.
    shown = b"" if settings.OUTGOING_ALLOWED_NETWORKS and not settings.DEMO else response.body
    text = shown[: EXCERPT * 4].decode(errors="replace").replace("\0", "�")[:EXCERPT]
    if 200 <= response.status < 300:
        return Attempt(response.status, text)
    error = _("The receiver responded with status %(status)s.") % {"status": response.status}
    if 300 <= response.status < 400:
        error = _("The receiver redirected to another address. Use the final address.")
    return Attempt(response.status, text, error, _seconds(response.headers.get("retry-after", "")))


def _seconds(retry_after: str) -> float:
    """Return the seconds of a Retry-After header: a number or a date. 0 if it has neither."""
    if retry_after.strip().isascii() and retry_after.strip().isdigit():
        return min(float(retry_after.strip()[:9]), MAX_RETRY_AFTER)
    try:
        wait = (parsedate_to_datetime(retry_after) - timezone.now()).total_seconds()
    except (TypeError, ValueError):
        return 0
    return min(max(wait, 0), MAX_RETRY_AFTER)


def _claimed(stream: AuditStream) -> QuerySet[AuditStream]:
    """Return a queryset of the stream, empty if another worker has claimed it or someone turned it on again."""
    return AuditStream.objects.filter(pk=stream.pk, next_attempt_at=stream.next_attempt_at)


def _release(stream: AuditStream) -> None:
    _claimed(stream).update(next_attempt_at=timezone.now())


def _save_attempt(stream: AuditStream, entries: Sequence[Entry], attempt: Attempt, *, took: float) -> bool:
    """Save the result of a request. `took` is in seconds. Return whether to send the next batch."""
    now = timezone.now()
    if not attempt.error:
        accepted = {"cursor": entries[-1].sequence, "last_delivered_at": now, "last_error": ""}
        pause = timedelta(seconds=took * PAUSE if took > SLOW else 0)
        fresh = {"attempts": 0, "failing_since": None, "next_attempt_at": now + pause}
        return bool(_claimed(stream).update(**accepted, **fresh))
    failure = {"last_error": attempt.error[:500], "failing_since": stream.failing_since or now}
    if attempt.status == GONE:
        if _claimed(stream).update(is_active=False, **failure):
            _record_gone(stream)
        return False
    wait = max(backoff(stream.attempts), attempt.retry_after)
    next_attempt = now + timedelta(seconds=wait)
    _claimed(stream).update(attempts=stream.attempts + 1, next_attempt_at=next_attempt, **failure)
    logger.warning("Stream %s failed (attempt %d): %s", stream.pk, stream.attempts + 1, attempt.error)
    return False


def _record_gone(stream: AuditStream) -> None:
    data = {"reason": _("the receiver responded with 410 Gone")}
    record(
        organization_id=stream.organization_id,
        actor=None,
        action="audit_stream.turned_off",
        target=stream,
        data=data,
    )


def backoff(attempts: int) -> float:
    """Return how many seconds to wait after this many earlier failures, with jitter."""
    base = BACKOFF[min(attempts, len(BACKOFF) - 1)]
    return base * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311


def send_sample(stream: AuditStream) -> Attempt:
    """Send a sample entry with its own id, and return the result."""
    entry = Entry(
        organization_id=stream.organization_id,
        action="audit_stream.tested",
        target_id=stream.pk,
        target_label=str(stream)[:300],
        data={"note": "This is a test."},
    )
    return send(stream, f"msg_test_{uuid4().hex}", build_body(stream, [to_json_line(entry)]))
