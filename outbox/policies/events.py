"""What an event of an email provider's webhook means for an email (https://anymail.dev/en/stable/sending/tracking/)."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from outbox.policies.failure import clean_reason
from outbox.policies.words import NO_SUCH_MAILBOX, REFUSED, in_words


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
REJECTIONS: dict[str, Promise] = {
    RejectReason.INVALID: gettext_lazy("Address isn’t valid"),
    RejectReason.BOUNCED: gettext_lazy("Provider blocks the address because earlier email bounced"),
    RejectReason.TIMED_OUT: gettext_lazy("Server didn’t respond"),
    RejectReason.BLOCKED: gettext_lazy("Provider blocks the address"),
    RejectReason.SPAM: gettext_lazy("Provider blocks the address because the recipient reported spam"),
    RejectReason.UNSUBSCRIBED: gettext_lazy("Provider blocks the address because the recipient unsubscribed"),
}


def outcome_of(event: AnymailTrackingEvent) -> Outcome | None:
    """Return what the event says about delivery, or None. A soft bounce may still be delivered."""
    outcome = OUTCOMES.get(event.event_type)
    return Outcome.DEFERRED if outcome is Outcome.BOUNCED and _is_soft(event) else outcome


def _is_soft(event: AnymailTrackingEvent) -> bool:
    raw = event.esp_event if isinstance(event.esp_event, dict) else {}
    postmark, amazon = raw.get("Type"), str(event.description or "")
    return postmark == "SoftBounce" or amazon.startswith("Transient:")


def reason_of(event: AnymailTrackingEvent, outcome: Outcome) -> str:
    """Return in a few words why the email wasn't delivered, "" if it was."""
    if outcome is Outcome.DELIVERED:
        return ""
    if words := in_words(_text(event.mta_response)) or in_words(_text(event.description)):
        return words
    if outcome is Outcome.BOUNCED and event.reject_reason == RejectReason.BOUNCED:
        return str(NO_SUCH_MAILBOX if "hard" in _text(event.description).lower() else REFUSED)
    return str(REJECTIONS.get(event.reject_reason, REFUSED))


def answer_of(event: AnymailTrackingEvent) -> str:
    """Return what the receiving server said, or the provider."""
    return clean_reason(_text(event.mta_response) or _text(event.description))


def time_of(event: AnymailTrackingEvent) -> datetime:
    """Return the time of the event, or now if it has none or one in the future."""
    now, at = timezone.now(), event.timestamp
    if not isinstance(at, datetime):
        return now
    return min(at if at.tzinfo else at.replace(tzinfo=UTC), now)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
