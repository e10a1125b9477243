"""An email backend that saves each email as a file."""

import os
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class EmailBackend(BaseEmailBackend):
    """Write emails to TEAMADMIN_DATA/mail/<UTC time>-<random>.eml (RFC 5322).

    Names sort by time. Files are renamed into place, so a file is never incomplete.
    """

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        """Return the number of emails written. Emails without a recipient are skipped."""
        deliverable = [message for message in messages if message.recipients()]
        for message in deliverable:
            write(message.message().as_bytes(linesep="\r\n"))
        return len(deliverable)


def write(content: bytes) -> None:
    settings.MAIL_DIR.mkdir(parents=True, exist_ok=True)
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{secrets.token_hex(4)}.eml"
    partial = settings.MAIL_DIR / f".{name}.part"
    partial.write_bytes(content)
    os.replace(partial, settings.MAIL_DIR / name)
