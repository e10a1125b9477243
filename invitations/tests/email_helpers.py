"""Emails as their recipients see them."""

from email import message_from_bytes, policy
from html.parser import HTMLParser

from invitations.emails import render_invitation
from invitations.models import Invitation
from outbox.models import OutgoingEmail


def outgoing_email(invitation: Invitation) -> OutgoingEmail:
    """Return the invitation's latest row in the outbox."""
    return OutgoingEmail.objects.filter(subject_id=invitation.pk).latest("id")


def received_email(invitation: Invitation):
    """Render the invitation email and parse it: (message, text part, HTML part)."""
    rendered = render_invitation(outgoing_email(invitation))
    message = message_from_bytes(rendered.message().as_bytes(), policy=policy.default)
    parts = {part.get_content_type(): part for part in message.walk()}
    return message, parts["text/plain"].get_content(), parts["text/html"].get_content()


class EmailReader(HTMLParser):
    """The visible text of an HTML email, its tags and all addresses in it."""

    def __init__(self, html: str):
        super().__init__()
        self.text, self.addresses, self.tags, self._hidden = "", [], set(), 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self._hidden += tag in ("style", "title")
        self.addresses += [value for name, value in attrs if name in ("href", "src", "background")]

    def handle_endtag(self, tag):
        self._hidden -= tag in ("style", "title")

    def handle_data(self, data):
        if not self._hidden:
            self.text += data

    @property
    def plain(self) -> str:
        """The text with whitespace collapsed."""
        return " ".join(self.text.split())
