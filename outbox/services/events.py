"""Events of an email provider's webhooks, matched to emails of the outbox."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from anymail.signals import AnymailTrackingEvent
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from outbox.models import OutgoingEmail
from outbox.policies.events import Outcome, answer_of, outcome_of, reason_of, time_of


@dataclass(frozen=True)
class EmailEvent:
    """What the provider reported about an email. `reason` is in words, `answer` is what the receiving server said."""

    email: OutgoingEmail
    outcome: Outcome
    at: datetime
    reason: str = ""
    answer: str = ""


def record_events(events: Iterable[AnymailTrackingEvent]) -> int:
    """Call settings.OUTBOX_EVENT_LISTENERS with the events about delivery. Return how many there are.

    Events about emails that aren't in the outbox are left out: another system may use the same provider. An error of a
    listener is raised, so that the provider sends the events again.
    """
    outcomes = [(event, outcome) for event in events if (outcome := outcome_of(event))]
    emails = _find_emails([event for event, outcome in outcomes])
    found = [
        EmailEvent(email, outcome, max(time_of(event), email.created_at), reason_of(event, outcome), answer_of(event))
        for event, outcome in outcomes
        if (email := emails.get(id(event)))
    ]
    with transaction.atomic():
        for path in settings.OUTBOX_EVENT_LISTENERS if found else ():
            import_string(path)(found)
    return len(found)


def _find_emails(events: Sequence[AnymailTrackingEvent]) -> dict[int, OutgoingEmail]:
    """Return the email of each event, by the event's id(): by our metadata, else by the provider's id. Two queries."""
    ids, message_ids = {}, {}
    for event in events:
        if pk := _outbox_id(event.metadata):
            ids[id(event)] = pk
        elif message_id := _message_id(event.message_id):
            message_ids[id(event)] = message_id
    by_id = OutgoingEmail.objects.in_bulk(set(ids.values())) if ids else {}
    rows = OutgoingEmail.objects.filter(provider_message_id__in=set(message_ids.values())) if message_ids else ()
    by_message_id = {row.provider_message_id: row for row in rows}
    found = {key: by_id.get(pk) for key, pk in ids.items()}
    found |= {key: by_message_id.get(message_id) for key, message_id in message_ids.items()}
    return {key: row for key, row in found.items() if row}


def _outbox_id(metadata: Any) -> UUID | None:
    try:
        return UUID(metadata["outbox"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _message_id(value: Any) -> str:
    """Return the provider's id of an email, "" if it can't be one: the column takes 320 characters."""
    text = str(value or "")
    return text if len(text) <= 320 and text.isprintable() else ""
