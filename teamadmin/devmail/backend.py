"""Sends nothing: each mail becomes a file."""

import os
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class EmailBackend(BaseEmailBackend):
    """Writes TEAMADMIN_DATA/mail/<UTC time>-<random>.eml (RFC 5322): names sort by time, a file is whole or absent."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        """Returns how many were written; those without a recipient are not."""
        wanted = [message for message in messages if message.recipients()]
        for message in wanted:
            write(message.message().as_bytes(linesep="\r\n"))
        return len(wanted)


def write(content: bytes) -> None:
    settings.MAIL_DIR.mkdir(parents=True, exist_ok=True)
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{secrets.token_hex(4)}.eml"
    half = settings.MAIL_DIR / f".{name}.part"
    half.write_bytes(content)
    os.replace(half, settings.MAIL_DIR / name)
