"""What to do after a mail did not go out: pure rules over the error and the number of tries."""

import random
import re
import smtplib
from dataclasses import dataclass

from anymail.exceptions import AnymailAPIError, AnymailError
from celery.exceptions import SoftTimeLimitExceeded
from django.core.mail import BadHeaderError
from django.utils.translation import gettext as _

FIRST_PAUSE = 30.0
LONGEST_PAUSE = 3600.0
# RFC 5321, 4.5.4.1: go on trying for at least four to five days. 8 growing pauses, then hourly: 4.6 days.
MOST_TRIES = 118
# A mail that cannot be made will hardly be made by waiting; eight minutes cover a deploy or a lost database.
MOST_RENDERS = 5
# SMTP codes that speak of our sign-in and not of this mail (RFC 4954, 6): waits for the operator.
SIGN_IN_CODES = {530, 534, 535, 538}
# HTTP codes of a provider that may pass: sign-in and billing are the operator's, 408 and 429 are load.
PASSING_HTTP = {401, 402, 403, 408, 425, 429}


@dataclass(frozen=True)
class Verdict:
    """`final`: give up now, the reason is for the admin. Otherwise try again, at most `tries` times in all,
    after `pause` seconds (None: the growing pause)."""

    final: bool
    reason: str
    tries: int = MOST_TRIES
    pause: float | None = None


class Unmailable(ValueError):
    """A renderer made something that must never be sent; str() says what."""


def pause(attempts: int) -> float:
    """Seconds until the next try after `attempts` tries: 30, 60, 120 ... an hour, each 20 % more or less.

    The jitter keeps ten thousand mails that failed together from coming back together.
    """
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(max(attempts, 1) - 1, 20)) * random.uniform(0.8, 1.2)  # noqa: S311


def tidy(reason: object) -> str:
    """One printable line of at most 500 characters: servers answer with line breaks and worse."""
    if isinstance(reason, bytes):
        reason = reason.decode("utf-8", "replace")
    line = "".join(character if character.isprintable() else " " for character in str(reason))
    return re.sub(r" +", " ", line).strip()[:500]


def _by_code(code: int, answer: object) -> Verdict:
    final = 500 <= code < 600 and code not in SIGN_IN_CODES
    return Verdict(final, tidy(_("The mail server answered: %(answer)s") % {"answer": f"{code} {tidy(answer)}"}))


def _smtp(error: smtplib.SMTPException) -> Verdict | None:
    match error:
        case smtplib.SMTPRecipientsRefused(recipients=refused) if refused:
            # One recipient a mail; were there more, one that may pass keeps the mail alive.
            return _by_code(*min(refused.values(), key=lambda answer: answer[0]))
        case smtplib.SMTPAuthenticationError() | smtplib.SMTPConnectError() | smtplib.SMTPHeloError():
            return Verdict(False, _by_code(error.smtp_code, error.smtp_error).reason)
        case smtplib.SMTPResponseException():
            return _by_code(error.smtp_code, error.smtp_error)
        case smtplib.SMTPNotSupportedError():
            return Verdict(True, tidy(error))
    return None


def _provider(error: AnymailError) -> Verdict:
    reason = tidy(_("The mail provider answered: %(answer)s") % {"answer": error})
    if isinstance(error, AnymailAPIError):
        status = error.status_code
        return Verdict(status is not None and 400 <= status < 500 and status not in PASSING_HTTP, reason)
    return Verdict(True, reason)


def sort_failure(error: Exception) -> Verdict:
    """What an error while making or sending a mail means for that mail.

    RFC 5321, 4.2.1: 4yz may pass, 5yz will not. No answer at all (refused, timed out, hung up) may pass.
    Whatever is none of these was raised while the mail was made: a few tries, then it is parked.
    """
    if isinstance(error, AnymailError):
        return _provider(error)
    if isinstance(error, smtplib.SMTPException) and (verdict := _smtp(error)):
        return verdict
    if isinstance(error, SoftTimeLimitExceeded):
        return Verdict(False, tidy(_("The mail server took too long.")))
    if isinstance(error, OSError):  # SMTPException is one too
        return Verdict(False, tidy(_("The mail server could not be reached: %(error)s") % {"error": error}))
    reason = tidy(_("The mail could not be made: %(error)s") % {"error": f"{type(error).__name__}: {error}"})
    return Verdict(isinstance(error, BadHeaderError | Unmailable), reason, MOST_RENDERS)
