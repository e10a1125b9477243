"""What a failed attempt to send an email means, and how long to wait before the next one."""

import random
import re
from dataclasses import dataclass
from enum import Enum

FIRST_DELAY = 30.0
MAX_DELAY = 3600.0
# RFC 5321, 4.5.4.1: retry for at least four to five days. 8 growing delays, then hourly: 4.6 days.
MAX_ATTEMPTS = 118
# Waiting rarely fixes an email that can't be rendered; five attempts take eight minutes, enough for a deploy or a
# database outage.
MAX_RENDER_ATTEMPTS = 5


class Cause(Enum):
    """What a failure is about: this email (its mailbox or its content), the mail server, or us as its client."""

    EMAIL = "email"
    SERVER = "server"
    US = "us"


@dataclass(frozen=True)
class Failure:
    """Why an email wasn't sent and whether to retry.

    `permanent`: give up now. `reason` is shown to Admins. Otherwise retry up to `max_attempts` attempts in total,
    after `delay` seconds (None: the growing delay of retry_delay). `affects_all`: any other email would fail too.
    """

    permanent: bool
    reason: str
    max_attempts: int = MAX_ATTEMPTS
    delay: float | None = None
    cause: Cause = Cause.EMAIL
    affects_all: bool = False


class InvalidMessage(ValueError):
    """A renderer returned a message that must not be sent; str() says why."""


def retry_delay(attempts: int) -> float:
    """Return the seconds until the next attempt after `attempts` attempts: 30, 60, 120 ... 3600, plus or minus 20 %.

    The jitter keeps ten thousand emails that failed together from being retried together.
    """
    return min(MAX_DELAY, FIRST_DELAY * 2 ** min(max(attempts, 1) - 1, 20)) * random.uniform(0.8, 1.2)  # noqa: S311


def clean_reason(reason: object) -> str:
    """Return `reason` as one printable line of at most 500 characters: server replies contain line breaks and worse."""
    if isinstance(reason, bytes):
        reason = reason.decode("utf-8", "replace")
    line = "".join(character if character.isprintable() else " " for character in str(reason))
    return re.sub(r" +", " ", line).strip()[:500]


def without_addresses(text: str) -> str:
    """Return the text without email addresses, which the person invited may have chosen to look like a reason."""
    return re.sub(r"\S+@\S+", "", text)
