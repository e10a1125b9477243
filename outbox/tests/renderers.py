"""Renderer for the tests. The row's key says how it behaves, so that it also works in a worker process."""

from django.core.mail import EmailMessage, EmailMultiAlternatives

from outbox.models import OutgoingEmail


def render(row: OutgoingEmail) -> EmailMessage | None:
    """Return an email to the subject.

    Keys that start with "poison:", "unneeded:", "header:" or "crowd:" cause an exception, None, a line break in the
    subject or a second recipient.
    """
    behaviour = row.key.split(":")[0]
    if behaviour == "poison":
        raise RuntimeError("broken payload\nwith a second line")
    if behaviour == "unneeded":
        return None
    message = EmailMultiAlternatives("Join Acme", "Come in, żółw.\n", to=[f"{row.subject_id}@people.example"])
    message.attach_alternative("<p>Come in, żółw.</p>", "text/html")
    if behaviour == "header":
        message.subject = "Join\r\nBcc: eve@evil.example"
    if behaviour == "crowd":
        message.cc = ["eve@evil.example"]
    return message
