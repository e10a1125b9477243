"""Mails as their receivers read them."""

from email import message_from_bytes, policy
from html.parser import HTMLParser

from invitations.emails import render_invitation
from invitations.models import Invitation
from outbox.models import OutgoingEmail


def row_of(invitation: Invitation) -> OutgoingEmail:
    return OutgoingEmail.objects.filter(subject_id=invitation.pk).latest("id")


def mail_of(invitation: Invitation):
    """The mail as a receiver reads it: (message, text, html)."""
    made = render_invitation(row_of(invitation))
    message = message_from_bytes(made.message().as_bytes(), policy=policy.default)
    parts = {part.get_content_type(): part for part in message.walk()}
    return message, parts["text/plain"].get_content(), parts["text/html"].get_content()


class Reader(HTMLParser):
    """What a reader sees, and every address that the HTML names."""

    def __init__(self, html: str):
        super().__init__()
        self.words, self.addresses, self.tags, self._hidden = "", [], set(), 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self._hidden += tag in ("style", "title")
        self.addresses += [value for name, value in attrs if name in ("href", "src", "background")]

    def handle_endtag(self, tag):
        self._hidden -= tag in ("style", "title")

    def handle_data(self, data):
        if not self._hidden:
            self.words += data

    @property
    def plain(self) -> str:
        return " ".join(self.words.split())
