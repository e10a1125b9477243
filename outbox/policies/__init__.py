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

__all__ = [
    "MAX_ATTEMPTS",
    "MAX_DELAY",
    "MAX_RENDER_ATTEMPTS",
    "Cause",
    "Failure",
    "InvalidMessage",
    "classify_failure",
    "clean_reason",
    "retry_delay",
]
