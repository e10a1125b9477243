"""Read the emails that the backend saved."""

import email
import re
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage

from django.conf import settings
from django.urls import reverse

MAX_LISTED = 200
CID = re.compile(r"cid:([^\"')\s>]+)")


@dataclass(frozen=True)
class SavedEmail:
    """A saved email: the file's name without .eml, and the parsed message."""

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
        """The HTML part, or "". Image URLs point to this app instead of cid:."""
        part = self.message.get_body(("html",))
        return CID.sub(self._image_url, part.get_content()) if part else ""

    def image(self, cid: str) -> EmailMessage | None:
        """Return the image with that Content-ID, or None."""
        for part in self.message.walk():
            if part["Content-ID"] == f"<{cid}>" and part.get_content_maintype() == "image":
                return part
        return None

    def _image_url(self, match: re.Match) -> str:
        return reverse("devmail_picture", args=[self.name, match[1]])


def list_names() -> list[str]:
    """Return the names of the newest MAX_LISTED emails, newest first."""
    return sorted((path.stem for path in settings.MAIL_DIR.glob("*.eml")), reverse=True)[:MAX_LISTED]


def read(name: str) -> SavedEmail | None:
    """Return the email, or None if there is no such file. Names that contain a path are never found."""
    path = settings.MAIL_DIR / f"{name}.eml"
    if path.parent != settings.MAIL_DIR or not path.is_file():
        return None
    return SavedEmail(name, email.message_from_bytes(path.read_bytes(), policy=policy.default))


def newest() -> list[SavedEmail]:
    """Return the newest MAX_LISTED emails, newest first."""
    return [message for name in list_names() if (message := read(name))]
