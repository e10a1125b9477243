"""Streams: webhooks that receive an organization's audit log. Callers check permissions."""

import secrets
from base64 import b64encode
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import AuditChain, AuditStream, StreamFormat
from audit.services.delivery import send_sample
from audit.services.entries import record
from base.outgoing import OutgoingError, check_url

MAX_STREAMS = 5
# For this long, requests are signed with the old secret too.
ROTATION = timedelta(days=1)


@dataclass(frozen=True)
class TestResult:
    """The receiver's response to a test. `status` is None without a response; `error` is "" if it was accepted."""

    status: int | None
    body: str
    error: str

    @property
    def is_accepted(self) -> bool:
        return not self.error


def new_secret() -> str:
    """Return a new secret in the Standard Webhooks format: whsec_ and 32 random bytes in base64."""
    return "whsec_" + b64encode(secrets.token_bytes(32)).decode()


def _checked(url: str) -> str:
    try:
        return check_url(url.strip())
    except OutgoingError as error:
        raise ValidationError({"url": str(error)}) from None


@transaction.atomic
def create_stream(
    *, organization_id: UUID, actor: Any, url: str, format: str = StreamFormat.JSON, from_start: bool = False
) -> tuple[AuditStream, str]:
    """Create a stream, and return it with its secret, which isn't shown again. Raise ValidationError.

    It starts with the next entry, or with `from_start` with the oldest one.
    """
    url = _checked(url)
    if len(url) > 500:
        raise ValidationError({"url": _("Enter an address with 500 characters or fewer.")})
    streams = list(AuditStream.objects.filter(organization_id=organization_id))
    if len(streams) >= MAX_STREAMS:
        raise ValidationError(_("You can have %(max)s streams. Delete one first.") % {"max": MAX_STREAMS})
    if any(stream.url == url for stream in streams):
        raise ValidationError({"url": _("This address already receives the audit log.")})
    chain = AuditChain.objects.filter(organization_id=organization_id).first()
    secret = new_secret()
    stream = AuditStream.objects.create(
        organization_id=organization_id,
        url=url,
        format=format,
        secret=secret,
        cursor=0 if from_start or chain is None else chain.sequence,
        created_by_label=str(actor)[:300],
    )
    record(organization_id=organization_id, actor=actor, action="audit_stream.created", target=stream)
    return stream, secret


def _lock(stream: AuditStream) -> AuditStream:
    return AuditStream.objects.select_for_update().get(pk=stream.pk, organization_id=stream.organization_id)


@transaction.atomic
def rotate_stream_secret(*, stream: AuditStream, actor: Any) -> str:
    """Change the secret and return it. For ROTATION, requests are signed with the old one too."""
    stream, secret = _lock(stream), new_secret()
    stream.previous_secret, stream.previous_secret_until = stream.secret, timezone.now() + ROTATION
    stream.secret = secret
    stream.save(update_fields=["secret", "previous_secret", "previous_secret_until"])
    record(organization_id=stream.organization_id, actor=actor, action="audit_stream.secret_changed", target=stream)
    return secret


@transaction.atomic
def turn_on_stream(*, stream: AuditStream, actor: Any) -> None:
    """Turn the stream on, or retry now, from the first entry that wasn't accepted."""
    stream = _lock(stream)
    was_active, stream.is_active = stream.is_active, True
    stream.attempts, stream.next_attempt_at, stream.failing_since = 0, timezone.now(), None
    stream.save(update_fields=["is_active", "attempts", "next_attempt_at", "failing_since"])
    if not was_active:
        record(organization_id=stream.organization_id, actor=actor, action="audit_stream.turned_on", target=stream)


@transaction.atomic
def turn_off_stream(*, stream: AuditStream, actor: Any) -> None:
    """Stop sending. Nothing is lost: turning it on continues with the next entry."""
    stream = _lock(stream)
    if stream.is_active:
        stream.is_active = False
        stream.save(update_fields=["is_active"])
        data = {"reason": _("manually")}
        record(
            organization_id=stream.organization_id,
            actor=actor,
            action="audit_stream.turned_off",
            target=stream,
            data=data,
        )


@transaction.atomic
def delete_stream(*, stream: AuditStream, actor: Any) -> None:
    """Delete the stream."""
    stream = _lock(stream)
    record(organization_id=stream.organization_id, actor=actor, action="audit_stream.deleted", target=stream)
    stream.delete()


def send_test_event(stream: AuditStream) -> TestResult:
    """Send a sample event now, with its own webhook id, and return the result. Doesn't move the cursor."""
    attempt = send_sample(stream)
    return TestResult(attempt.status, attempt.body, attempt.error)
