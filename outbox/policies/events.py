"""What an event of an email provider's webhook means for an email (https://anymail.dev/en/stable/sending/tracking/)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from outbox.policies.failure import clean_reason
from outbox.policies.words import BLOCKED, NO_SUCH_MAILBOX, REFUSED, in_words


class Outcome(StrEnum):
    """What happened to an email after the provider accepted it. DEFERRED: the receiving server wants it later."""

    DELIVERED = "delivered"
    DEFERRED = "deferred"
    BOUNCED = "bounced"
    FAILED = "failed"


# All others say nothing about delivery: an open, a click, a complaint, an automatic reply.
OUTCOMES = {
    EventType.DELIVERED: Outcome.DELIVERED,
    EventType.DEFERRED: Outcome.DEFERRED,
    EventType.BOUNCED: Outcome.BOUNCED,
    EventType.REJECTED: Outcome.FAILED,
    EventType.FAILED: Outcome.FAILED,
}
# Events that anymail doesn't know, of Amazon, Mandrill and Resend.
OTHER_OUTCOMES = {
    "delivered": Outcome.DELIVERED,
    "DeliveryDelay": Outcome.DEFERRED,
    "email.failed": Outcome.FAILED,
    "email.suppressed": Outcome.FAILED,
}
# Where the cause is in an event if anymail passes no text on: Mailjet, SendGrid, Mailjet again, Amazon and Resend.
CAUSES = (
    ("comment",),
    ("reason",),
    ("error",),
    ("deliveryDelay", "delayType"),
    ("data", "failed", "reason"),
    ("data", "suppressed", "message"),
)
PROVIDER_REFUSED = gettext_lazy("Provider rejected the email")
NOT_YET = gettext_lazy("Server hasn’t accepted it yet")
REJECTIONS: dict[str, Promise] = {
    RejectReason.INVALID: gettext_lazy("Address isn’t valid"),
    RejectReason.BOUNCED: gettext_lazy("Provider blocks the address because earlier email bounced"),
    RejectReason.TIMED_OUT: gettext_lazy("Server didn’t respond"),
    RejectReason.BLOCKED: BLOCKED,
    RejectReason.SPAM: gettext_lazy("Provider blocks the address because the recipient reported spam"),
    RejectReason.UNSUBSCRIBED: gettext_lazy("Provider blocks the address because the recipient unsubscribed"),
}


def outcome_of(event: AnymailTrackingEvent) -> Outcome | None:
    """Return what the event says about delivery, or None. A soft bounce may still be delivered."""
    outcome = OUTCOMES.get(event.event_type)
    if event.event_type == EventType.UNKNOWN:
        raw = _raw(event)
        outcome = OTHER_OUTCOMES.get(_text(raw.get("eventType") or raw.get("type") or raw.get("event")))
    return Outcome.DEFERRED if outcome is Outcome.BOUNCED and _is_soft(event) else outcome


def _is_soft(event: AnymailTrackingEvent) -> bool:
    # Amazon reports a soft bounce when it has given up, and an automatic reply as one without a server's answer.
    amazon = _text(event.description).startswith("Transient:") and not event.mta_response
    return _raw(event).get("Type") == "SoftBounce" or amazon


def reason_of(event: AnymailTrackingEvent, outcome: Outcome) -> str:
    """Return in a few words why the email wasn't delivered, "" if it was."""
    if outcome is Outcome.DELIVERED:
        return ""
    for text in _texts(event):
        if words := in_words(text):
            return words
    if outcome is Outcome.DEFERRED:
        return str(NOT_YET)
    if outcome is Outcome.BOUNCED and event.reject_reason == RejectReason.BOUNCED:
        return str(NO_SUCH_MAILBOX if "hard" in _text(event.description).lower() else REFUSED)
    return str(REJECTIONS.get(event.reject_reason) or (PROVIDER_REFUSED if outcome is Outcome.FAILED else REFUSED))


def answer_of(event: AnymailTrackingEvent) -> str:
    """Return what the receiving server said, or the provider."""
    return clean_reason(next(iter(_texts(event)), ""))


def _texts(event: AnymailTrackingEvent) -> list[str]:
    """Return what the event says about its cause, the receiving server's own answer first."""
    known = event.event_type != EventType.UNKNOWN  # otherwise the description is anymail's
    texts = [_text(event.mta_response), _text(event.description)] if known else []
    return [text for text in (*texts, *(_text_at(_raw(event), path) for path in CAUSES)) if text]


def _text_at(value: Any, path: Sequence[str]) -> str:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return _text(value)


def _raw(event: AnymailTrackingEvent) -> dict[str, Any]:
    return event.esp_event if isinstance(event.esp_event, dict) else {}


def time_of(event: AnymailTrackingEvent) -> datetime:
    """Return the time of the event, or now if it has none or one in the future."""
    now, at = timezone.now(), event.timestamp
    if not isinstance(at, datetime):
        return now
    return min(at if at.tzinfo else at.replace(tzinfo=UTC), now)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
