"""Decide from an error what happens to the email that wasn't sent."""

import smtplib
import ssl

from anymail.exceptions import AnymailError
from celery.exceptions import SoftTimeLimitExceeded
from django.core.mail import BadHeaderError
from django.utils.translation import gettext as _

from outbox.policies.failure import MAX_RENDER_ATTEMPTS, Cause, Failure, InvalidMessage, clean_reason
from outbox.policies.providers import provider_failure
from outbox.policies.smtp import smtp_failure


def _no_reply(error: OSError, *, connecting: bool) -> Failure:
    """Refused, timed out, disconnected or no secure connection: temporary (RFC 5321, 4.5.4.1)."""
    reason = _("Can’t reach the mail server: %(error)s") % {"error": error}
    # The settings are wrong or the certificate is; anything else can pass by itself.
    ours = isinstance(error, ssl.SSLError | smtplib.SMTPNotSupportedError | smtplib.SMTPException) and connecting
    cause = Cause.US if ours and not isinstance(error, smtplib.SMTPServerDisconnected) else Cause.SERVER
    return Failure(False, clean_reason(reason), cause=cause, affects_all=connecting)


def classify_failure(error: Exception, *, connecting: bool = False) -> Failure:
    """Return what an error during rendering or sending means for the email.

    `connecting`: no connection could be opened, which says nothing about any single email. An error that comes neither
    from the mail server nor from a provider was raised by the renderer: the email fails after MAX_RENDER_ATTEMPTS.
    """
    if isinstance(error, AnymailError):
        return provider_failure(error)
    if isinstance(error, smtplib.SMTPException) and (failure := smtp_failure(error, connecting=connecting)):
        return failure
    if isinstance(error, SoftTimeLimitExceeded):
        return Failure(False, clean_reason(_("The mail server took too long.")), cause=Cause.SERVER)
    if isinstance(error, OSError):  # including SMTPException
        return _no_reply(error, connecting=connecting)
    reason = clean_reason(_("Can’t create the email: %(error)s") % {"error": f"{type(error).__name__}: {error}"})
    return Failure(isinstance(error, BadHeaderError | InvalidMessage), reason, MAX_RENDER_ATTEMPTS)
