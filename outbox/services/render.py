"""Render a row into the message to send, with the renderers in settings.OUTBOX_KINDS."""

from collections.abc import Callable
from email.utils import formatdate

from django.core.mail import EmailMessage
from django.utils.module_loading import import_string

from outbox.models import OutgoingEmail
from outbox.policies import InvalidMessage
from outbox.queries import renderer_paths

Renderer = Callable[[OutgoingEmail], EmailMessage | None]


def renderer_for(kind: str) -> Renderer:
    """Return the renderer for this kind. Raise LookupError for an unknown kind (a worker older than the row)."""
    try:
        return import_string(renderer_paths()[kind])
    except KeyError:
        raise LookupError(f"no renderer for {kind}") from None


def _add_headers(row: OutgoingEmail, message: EmailMessage) -> EmailMessage:
    """Add the headers of every outgoing email. Raise InvalidMessage unless the message has exactly one recipient."""
    if len(message.recipients()) != 1:
        raise InvalidMessage(f"an email must have one recipient, this one has {len(message.recipients())}")
    headers = {"Message-ID": row.message_id, "Date": formatdate(), "Auto-Submitted": "auto-generated"}
    names = {name.lower() for name in headers}
    others = {name: value for name, value in message.extra_headers.items() if name.lower() not in names}
    message.extra_headers = others | headers
    # The provider's webhooks return the metadata, so that a bounce can be matched to its row.
    vars(message)["metadata"] = {**getattr(message, "metadata", {}), "outbox": str(row.pk)}
    return message


def render(row: OutgoingEmail) -> EmailMessage | None:
    """Return the message, rendered from current data; None if it's no longer needed. Raise what the renderer raises."""
    message = renderer_for(row.kind)(row)
    return None if message is None else _add_headers(row, message)
