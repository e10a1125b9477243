"""Writing and withdrawing the intent to send a mail."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from outbox.models import OutgoingEmail, State
from outbox.policies import tidy
from outbox.queries import kinds
from outbox.services.listening import tell_listeners
from outbox.services.waking import wake_after_commit


@dataclass(frozen=True, kw_only=True)
class NewEmail:
    """One mail to queue. `key` is the intent's identity: "invitation:<id>:<n>"; the same key never mails twice."""

    kind: str
    subject_id: UUID
    key: str
    organization_id: UUID | None = None

    def row(self) -> OutgoingEmail:
        """The unsaved row; LookupError where settings.OUTBOX_KINDS does not know the kind, ValueError for bad ids."""
        if self.kind not in kinds():
            raise LookupError(f"OUTBOX_KINDS has no kind {self.kind!r}")
        # Here and not left to the database: SQLite's "insert or ignore" ignores these, too.
        if not self.subject_id or not 0 < len(self.key) <= 200:
            raise ValueError("a mail needs a subject_id and a key of 1 to 200 characters")
        row = OutgoingEmail(
            kind=self.kind, subject_id=self.subject_id, key=self.key, organization_id=self.organization_id
        )
        row.message_id = row.fixed_message_id()
        return row


def queue_email(*, kind: str, subject_id: UUID, key: str, organization_id: UUID | None = None) -> OutgoingEmail:
    """Writes the intent in the caller's transaction and wakes a worker after its commit.

    Returns the row of `key`, old or new: an intent that was queued before is not queued again, whatever its state.
    """
    email = NewEmail(kind=kind, subject_id=subject_id, key=key, organization_id=organization_id)
    row = email.row()
    with transaction.atomic():
        OutgoingEmail.objects.bulk_create([row], ignore_conflicts=True)
        stored = OutgoingEmail.objects.get(key=key)
        if stored.pk == row.pk:
            wake_after_commit("deliver_email", str(stored.pk))
    return stored


def queue_emails(emails: Iterable[NewEmail]) -> None:
    """Writes many intents with one INSERT and one message to the broker; known keys are left as they are."""
    rows = [email.row() for email in emails]
    if not rows:
        return
    with transaction.atomic():
        OutgoingEmail.objects.bulk_create(rows, ignore_conflicts=True)
        wake_after_commit("deliver_due")


def cancel_emails(*, reason: object, keys: Iterable[str] = (), subject_ids: Iterable[UUID] = ()) -> int:
    """Cancels what is queued or held under these keys or about these subjects; returns how many.

    A mail in a worker's hands is not touched: there the renderer is asked once more before it leaves.
    """
    named = Q(key__in=list(keys)) | Q(subject_id__in=list(subject_ids))
    with transaction.atomic():
        waiting = OutgoingEmail.objects.filter(named, state__in=[State.QUEUED, State.HELD])
        rows = list(waiting.select_for_update().order_by("id"))
        change = {"state": State.CANCELLED, "last_error": tidy(reason)}
        OutgoingEmail.objects.filter(pk__in=[row.pk for row in rows]).update(**change)
        for row in rows:
            vars(row).update(change)
        tell_listeners(rows)
    return len(rows)
