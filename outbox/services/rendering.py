"""From a row to the message that goes out, by the renderers of settings.OUTBOX_KINDS."""

from collections.abc import Callable
from email.utils import formatdate

from django.core.mail import EmailMessage
from django.utils.module_loading import import_string

from outbox.models import OutgoingEmail
from outbox.policies import Unmailable
from outbox.queries import kinds

Renderer = Callable[[OutgoingEmail], EmailMessage | None]


def renderer_for(kind: str) -> Renderer:
    """The function that settings.OUTBOX_KINDS names: unknown kinds raise LookupError (a worker older than the row)."""
    try:
        return import_string(kinds()[kind])
    except KeyError:
        raise LookupError(f"no renderer for {kind}") from None


def _stamped(row: OutgoingEmail, message: EmailMessage) -> EmailMessage:
    """The message with the headers that every mail of ours carries; Unmailable unless it has one recipient."""
    if len(message.recipients()) != 1:
        raise Unmailable(f"a mail has one recipient, this one {len(message.recipients())}")
    headers = {"Message-ID": row.message_id, "Date": formatdate(), "Auto-Submitted": "auto-generated"}
    ours = {name.lower() for name in headers}
    kept = {name: value for name, value in message.extra_headers.items() if name.lower() not in ours}
    message.extra_headers = kept | headers
    # What a provider's webhook sends back, so that a bounce finds its row.
    vars(message)["metadata"] = {**getattr(message, "metadata", {}), "outbox": str(row.pk)}
    return message


def render(row: OutgoingEmail) -> EmailMessage | None:
    """Asks the renderer for the message as things stand now; None: no longer wanted. Whatever it raises passes."""
    message = renderer_for(row.kind)(row)
    return None if message is None else _stamped(row, message)
