"""Reading the mails that the backend wrote."""

import email
import re
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage

from django.conf import settings
from django.urls import reverse

SHOWN = 200
CID = re.compile(r"cid:([^\"')\s>]+)")


@dataclass(frozen=True)
class Mail:
    """`name` is the file's, without .eml; `message` is parsed."""

    name: str
    message: EmailMessage

    @property
    def subject(self) -> str:
        return self.message["Subject"] or ""

    @property
    def sender(self) -> str:
        return self.message["From"] or ""

    @property
    def recipients(self) -> str:
        return self.message["To"] or ""

    @property
    def sent_at(self) -> datetime | None:
        date = self.message["Date"]
        return date.datetime if date else None

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        return part.get_content() if part else ""

    @property
    def html(self) -> str:
        """The HTML part, its pictures by our addresses instead of cid:. Empty where there is none."""
        part = self.message.get_body(("html",))
        return CID.sub(self._picture_url, part.get_content()) if part else ""

    def picture(self, cid: str) -> EmailMessage | None:
        """The part of that Content-ID, which must be a picture."""
        for part in self.message.walk():
            if part["Content-ID"] == f"<{cid}>" and part.get_content_maintype() == "image":
                return part
        return None

    def _picture_url(self, match: re.Match) -> str:
        return reverse("devmail_picture", args=[self.name, match[1]])


def names() -> list[str]:
    """Newest first, at most SHOWN."""
    return sorted((path.stem for path in settings.MAIL_DIR.glob("*.eml")), reverse=True)[:SHOWN]


def read(name: str) -> Mail | None:
    """The mail, or None where no file has that name; a name with a path in it is none."""
    path = settings.MAIL_DIR / f"{name}.eml"
    if path.parent != settings.MAIL_DIR or not path.is_file():
        return None
    return Mail(name, email.message_from_bytes(path.read_bytes(), policy=policy.default))


def newest() -> list[Mail]:
    return [mail for name in names() if (mail := read(name))]
