"""Django's SMTP backend without two costs that are as high as the sending itself (bench/mails_per_second.py)."""

import re
import smtplib
from functools import lru_cache

from django.core.mail import EmailMessage
from django.core.mail.backends import smtp
from django.core.mail.message import sanitize_address

# What needs no parsing (RFC 5322, 3.2.3: dot-atom @ letters, digits, hyphens).
PLAIN = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9.-]+")


@lru_cache(maxsize=64)
def _parsed(address: str) -> str:
    return sanitize_address(address, "utf-8")


def envelope(address: str) -> str:
    """The bare address for MAIL and RCPT; ValueError where it is none."""
    return address if PLAIN.fullmatch(address) else smtplib.quoteaddr(_parsed(address))[1:-1]


class _SMTP(smtplib.SMTP):
    """smtplib looks for lines that begin with a dot by a regular expression over the whole mail."""

    def data(self, msg: bytes) -> tuple[int, bytes]:  # type: ignore[override]
        self.putcmd("data")
        code, answer = self.getreply()
        if code != 354:
            raise smtplib.SMTPDataError(code, answer)
        end = b".\r\n" if msg.endswith(b"\r\n") else b"\r\n.\r\n"
        stuffed = msg.replace(b"\n.", b"\n..")  # RFC 5321, 4.5.2
        self.send((b"." if stuffed.startswith(b".") else b"") + stuffed + end)
        return self.getreply()


class _SMTPWithTLS(_SMTP, smtplib.SMTP_SSL):
    """The same where TLS comes first."""


class EmailBackend(smtp.EmailBackend):
    """As Django's; what the server answers is raised by smtplib as ever."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _SMTPWithTLS if self.use_ssl else _SMTP

    def _send(self, message: EmailMessage) -> bool:
        if not message.recipients():
            return False
        content = message.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]
        self.connection.sendmail(envelope(message.from_email), list(map(envelope, message.recipients())), content)  # type: ignore[union-attr]
        return True
