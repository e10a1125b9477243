"""Queue and cancel emails."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from outbox.models import OutgoingEmail, State
from outbox.policies import clean_reason
from outbox.queries import renderer_paths
from outbox.services.listeners import notify_listeners
from outbox.services.wakeup import wake_after_commit


@dataclass(frozen=True, kw_only=True)
class NewEmail:
    """An email to queue. `key` identifies it ("invitation:<id>:<n>"); a key is never queued twice."""

    kind: str
    subject_id: UUID
    key: str
    organization_id: UUID | None = None

    def row(self) -> OutgoingEmail:
        """Return the unsaved row.

        Raise LookupError if settings.OUTBOX_KINDS doesn't contain the kind, ValueError for an invalid key or subject.
        """
        if self.kind not in renderer_paths():
            raise LookupError(f"OUTBOX_KINDS has no kind {self.kind!r}")
        # Checked here because the database doesn't always: SQLite's INSERT OR IGNORE ignores these errors too.
        if not self.subject_id or not 0 < len(self.key) <= 200:
            raise ValueError("an email needs a subject_id and a key of 1 to 200 characters")
        row = OutgoingEmail(
            kind=self.kind, subject_id=self.subject_id, key=self.key, organization_id=self.organization_id
        )
        row.message_id = row.make_message_id()
        return row


def queue_email(*, kind: str, subject_id: UUID, key: str, organization_id: UUID | None = None) -> OutgoingEmail:
    """Queue an email in the caller's transaction and wake a worker after the commit.

    Return the row with this `key`, new or existing: a key that was queued before isn't queued again in any state.
    """
    row = NewEmail(kind=kind, subject_id=subject_id, key=key, organization_id=organization_id).row()
    with transaction.atomic():
        OutgoingEmail.objects.bulk_create([row], ignore_conflicts=True)
        stored = OutgoingEmail.objects.get(key=key)
        if stored.pk == row.pk:
            wake_after_commit("deliver_email", str(stored.pk))
    return stored


def queue_emails(emails: Iterable[NewEmail]) -> None:
    """Queue many emails with one INSERT and one message to the broker. Existing keys are left unchanged."""
    rows = [email.row() for email in emails]
    if not rows:
        return
    with transaction.atomic():
        OutgoingEmail.objects.bulk_create(rows, ignore_conflicts=True)
        wake_after_commit("deliver_due")


def cancel_emails(*, reason: object, keys: Iterable[str] = (), subject_ids: Iterable[UUID] = ()) -> int:
    """Cancel queued or held emails with these keys or about these subjects. Return how many.

    An email that a worker has claimed isn't changed: its renderer checks again just before sending.
    """
    matching = Q(key__in=list(keys)) | Q(subject_id__in=list(subject_ids))
    with transaction.atomic():
        waiting = OutgoingEmail.objects.filter(matching, state__in=[State.QUEUED, State.HELD])
        rows = list(waiting.select_for_update().order_by("id"))
        changes = {"state": State.CANCELLED, "last_error": clean_reason(reason)}
        OutgoingEmail.objects.filter(pk__in=[row.pk for row in rows]).update(**changes)
        for row in rows:
            vars(row).update(changes)
        notify_listeners(rows)
    return len(rows)
