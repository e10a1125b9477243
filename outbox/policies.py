"""Retry rules: decide from the error and the number of attempts what happens to an email that wasn't sent."""

import random
import re
import smtplib
from dataclasses import dataclass

from anymail.exceptions import AnymailAPIError, AnymailError
from celery.exceptions import SoftTimeLimitExceeded
from django.core.mail import BadHeaderError
from django.utils.translation import gettext as _

FIRST_DELAY = 30.0
MAX_DELAY = 3600.0
# RFC 5321, 4.5.4.1: retry for at least four to five days. 8 growing delays, then hourly: 4.6 days.
MAX_ATTEMPTS = 118
# Waiting rarely fixes an email that can't be rendered; five attempts take eight minutes, enough for a deploy or a
# database outage.
MAX_RENDER_ATTEMPTS = 5
# SMTP codes about our sign-in, not about this email (RFC 4954, 6): it waits until the operator fixes the settings.
SMTP_AUTH_CODES = {530, 534, 535, 538}
# HTTP codes of a provider that are worth a retry: the operator can fix sign-in and billing; 408 and 429 mean load.
RETRYABLE_HTTP_CODES = {401, 402, 403, 408, 425, 429}


@dataclass(frozen=True)
class Failure:
    """Why an email wasn't sent and whether to retry.

    `permanent`: give up now. `reason` is shown to Admins. Otherwise retry up to `max_attempts` attempts in total,
    after `delay` seconds (None: the growing delay of retry_delay).
    """

    permanent: bool
    reason: str
    max_attempts: int = MAX_ATTEMPTS
    delay: float | None = None


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


def _reply_failure(code: int, reply: object) -> Failure:
    permanent = 500 <= code < 600 and code not in SMTP_AUTH_CODES
    reason = _("Mail server replied: %(reply)s") % {"reply": f"{code} {clean_reason(reply)}"}
    return Failure(permanent, clean_reason(reason))


def _smtp_failure(error: smtplib.SMTPException) -> Failure | None:
    match error:
        case smtplib.SMTPRecipientsRefused(recipients=refused) if refused:
            # An email has one recipient. If there were more, one that is worth a retry would keep the email queued.
            return _reply_failure(*min(refused.values(), key=lambda reply: reply[0]))
        case smtplib.SMTPAuthenticationError() | smtplib.SMTPConnectError() | smtplib.SMTPHeloError():
            return Failure(False, _reply_failure(error.smtp_code, error.smtp_error).reason)
        case smtplib.SMTPResponseException():
            return _reply_failure(error.smtp_code, error.smtp_error)
        case smtplib.SMTPNotSupportedError():
            return Failure(True, clean_reason(error))
    return None


def _provider_failure(error: AnymailError) -> Failure:
    reason = clean_reason(_("Email provider replied: %(reply)s") % {"reply": error})
    if isinstance(error, AnymailAPIError):
        status = error.status_code
        permanent = status is not None and 400 <= status < 500 and status not in RETRYABLE_HTTP_CODES
        return Failure(permanent, reason)
    return Failure(True, reason)


def classify_failure(error: Exception) -> Failure:
    """Return what an error during rendering or sending means for the email.

    RFC 5321, 4.2.1: 4yz replies are temporary, 5yz are permanent. No reply (refused, timed out, disconnected) is
    temporary. Any other error was raised by the renderer: the email fails after MAX_RENDER_ATTEMPTS.
    """
    if isinstance(error, AnymailError):
        return _provider_failure(error)
    if isinstance(error, smtplib.SMTPException) and (failure := _smtp_failure(error)):
        return failure
    if isinstance(error, SoftTimeLimitExceeded):
        return Failure(False, clean_reason(_("The mail server took too long.")))
    if isinstance(error, OSError):  # including SMTPException
        return Failure(False, clean_reason(_("Can’t reach the mail server: %(error)s") % {"error": error}))
    reason = clean_reason(_("Can’t create the email: %(error)s") % {"error": f"{type(error).__name__}: {error}"})
    return Failure(isinstance(error, BadHeaderError | InvalidMessage), reason, MAX_RENDER_ATTEMPTS)
