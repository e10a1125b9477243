"""From a row to the message that goes out, by the renderers of settings.OUTBOX_KINDS."""

import logging
from collections.abc import Callable, Sequence
from email.utils import formatdate
from uuid import UUID

from django.core.mail import EmailMessage
from django.utils.module_loading import import_string

from outbox.models import OutgoingEmail
from outbox.policies import Unmailable
from outbox.queries import kinds

logger = logging.getLogger(__name__)

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


def render_many(rows: Sequence[OutgoingEmail]) -> dict[UUID, EmailMessage | None]:
    """What the rows' renderers answer where they can answer for many at once (an attribute `many`).

    Rows that are missing in the answer, for whatever reason, are rendered alone later: there an error has its row.
    """
    answers: dict[UUID, EmailMessage | None] = {}
    for kind in {row.kind for row in rows}:
        of_kind = [row for row in rows if row.kind == kind]
        try:
            many = getattr(renderer_for(kind), "many", None)
            made = many(of_kind) if many else {}
            answers |= {row.pk: made[row.pk] and _stamped(row, made[row.pk]) for row in of_kind if row.pk in made}
        except Exception:  # one poisonous row must not cost the others anything but speed
            logger.debug("%d mails of kind %s will be made one by one.", len(of_kind), kind, exc_info=True)
    return answers
