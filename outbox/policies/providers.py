"""What the refusal of an email provider's API is about: this email, or our account.

Providers answer 400 or 422 to an invalid recipient and to an unconfirmed sender alike, and anymail reads the reply only
where it can (https://anymail.dev/en/stable/sending/anymail_additions/#esp-send-status). So a refusal is final only if
anymail or the reply's text says that it is about the recipient or the message. Anything else is retried.
"""

import re

from anymail.exceptions import (
    AnymailAPIError,
    AnymailError,
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
    AnymailSerializationError,
)
from django.utils.translation import gettext as _

from outbox.policies.failure import Cause, Failure, clean_reason, without_addresses

TOO_LARGE = 413
# Sign-in, payment, too many requests: every email gets the same reply.
AFFECTS_ALL = {401, 402, 429}
# The HTTP codes that may be about the recipient.
ABOUT_THE_REQUEST = {400, 422, None}  # None: Amazon SES, whose client hides it
# The recipient in a reply: 'to' (Brevo, Mailgun, Resend), to.0.email (MailerSend), personalizations.0.to (SendGrid).
RECIPIENT = re.compile(r"[\"'`]to[\"'`]|\bto\.\d|\bto parameter\b|\d\.to\b|\bin to\b|\brecipient", re.I)
INVALID = re.compile(
    r"\binvalid\b|\bnot (a )?valid\b|\bvalid (email )?address\b|\billegal\b|\bsuppress|\binactive\b", re.I
)
SENDER = re.compile(r"\b(from|sender|unverified|not verified|sandbox|authorized|account|domain)\b", re.I)


def _about_recipient(text: str) -> bool:
    text = without_addresses(text)
    return bool(RECIPIENT.search(text) and INVALID.search(text) and not SENDER.search(text))


def provider_failure(error: AnymailError) -> Failure:
    """Return what anymail's error means for the email."""
    text = str(error)
    reason = clean_reason(_("Email provider replied: %(reply)s") % {"reply": text})
    match error:
        case AnymailRecipientsRefused() | AnymailSerializationError():
            return Failure(True, reason)
        case AnymailInvalidAddress():  # anymail names the field: our DEFAULT_FROM_EMAIL may be the invalid one
            ours = "from_email" in text or "reply_to" in text
            return Failure(not ours, reason, cause=Cause.US if ours else Cause.EMAIL, affects_all=ours)
        case AnymailAPIError(status_code=None) if isinstance(error.__cause__, OSError):
            return Failure(False, reason, cause=Cause.SERVER)  # no reply
        case AnymailAPIError(status_code=int() as status) if status >= 500:
            return Failure(False, reason, cause=Cause.SERVER)
        case AnymailAPIError(status_code=status) if status == TOO_LARGE:
            return Failure(True, reason)
        case AnymailAPIError(status_code=status) if status in ABOUT_THE_REQUEST and _about_recipient(text):
            return Failure(True, reason)
        case AnymailAPIError(status_code=status):
            return Failure(False, reason, cause=Cause.US, affects_all=status in AFFECTS_ALL)
    return Failure(False, reason, cause=Cause.US)  # a setting: an unsupported feature, no sender domain
