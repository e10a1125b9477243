"""Rules for email that wasn't sent: what an error means, and when to try again."""

from outbox.policies.classification import classify_failure
from outbox.policies.failure import (
    MAX_ATTEMPTS,
    MAX_DELAY,
    MAX_RENDER_ATTEMPTS,
    Cause,
    Failure,
    InvalidMessage,
    clean_reason,
    retry_delay,
)
from outbox.policies.words import in_words, reply_in

__all__ = [
    "MAX_ATTEMPTS",
    "MAX_DELAY",
    "MAX_RENDER_ATTEMPTS",
    "Cause",
    "Failure",
    "InvalidMessage",
    "classify_failure",
    "clean_reason",
    "in_words",
    "reply_in",
    "retry_delay",
]
