"""Renderers for the tests; what they do is written in the row's key, so that a worker process can do it, too."""

from django.core.mail import EmailMessage, EmailMultiAlternatives

from outbox.models import OutgoingEmail


def render(row: OutgoingEmail) -> EmailMessage | None:
    """A mail to the subject; "poison:", "unwanted:", "header:" and "crowd:" keys misbehave as they say."""
    trouble = row.key.split(":")[0]
    if trouble == "poison":
        raise RuntimeError("broken payload\nwith a second line")
    if trouble == "unwanted":
        return None
    message = EmailMultiAlternatives("Join Acme", "Come in, żółw.\n", to=[f"{row.subject_id}@people.example"])
    message.attach_alternative("<p>Come in, żółw.</p>", "text/html")
    if trouble == "header":
        message.subject = "Join\r\nBcc: eve@evil.example"
    if trouble == "crowd":
        message.cc = ["eve@evil.example"]
    return message
