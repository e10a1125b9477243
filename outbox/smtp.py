"""Django's SMTP backend without costs that are as high as the sending itself (bench/mails_per_second.py): parsing
addresses that are plain, looking for dots, and waiting for answers one by one.

A connection that raised is not used again: its owner closes it (delivery.Delivery does).
"""

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
    return smtplib.quoteaddr(sanitize_address(address, "utf-8"))[1:-1]


def envelope(address: str) -> str:
    """The bare address for MAIL and RCPT; ValueError where it is none."""
    return address if PLAIN.fullmatch(address) else _parsed(address)


def _stuffed(content: bytes) -> bytes:
    """What follows DATA (RFC 5321, 4.5.2); smtplib does it by a regular expression over the whole mail."""
    end = b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n"
    return (b"." if content.startswith(b".") else b"") + content.replace(b"\n.", b"\n..") + end


class _SMTP(smtplib.SMTP):
    def send_one(self, sender: str, recipient: str, content: bytes) -> None:
        """sendmail() to one recipient, with MAIL, RCPT and DATA in one go where the server has PIPELINING (RFC 2920).

        Raises what sendmail() raises.
        """
        self.ehlo_or_helo_if_needed()
        if not self.has_extn("pipelining"):
            self.sendmail(sender, [recipient], content)
            return
        size = f" size={len(content)}" if self.has_extn("size") else ""
        self.send(f"mail FROM:<{sender}>{size}\r\nrcpt TO:<{recipient}>\r\ndata\r\n")
        mail, rcpt, data = self.getreply(), self.getreply(), self.getreply()
        refusal = self._refusal(sender, recipient, mail, rcpt, data)
        if data[0] == 354:  # even then the server waits for an end (RFC 2920, 3.1)
            self.send(b".\r\n" if refusal else _stuffed(content))
            answer = self.getreply()
            if answer[0] != 250 and not refusal:
                refusal = smtplib.SMTPDataError(*answer)
        if refusal:
            raise refusal

    def _refusal(self, sender: str, recipient: str, *answers: tuple[int, bytes]) -> smtplib.SMTPException | None:
        mail, rcpt, data = answers
        if mail[0] != 250:
            return smtplib.SMTPSenderRefused(*mail, sender)
        if rcpt[0] not in (250, 251):
            return smtplib.SMTPRecipientsRefused({recipient: rcpt})
        return None if data[0] == 354 else smtplib.SMTPDataError(*data)


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
        sender, *recipients = map(envelope, [message.from_email, *message.recipients()])
        if len(recipients) == 1:
            self.connection.send_one(sender, recipients[0], content)  # type: ignore[union-attr]
        else:
            self.connection.sendmail(sender, recipients, content)  # type: ignore[union-attr]
        return True
