"""Reads of the outbox: what is due, the state of an email, and whether email is being sent."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Min, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from outbox.models import Heartbeat, OutgoingEmail, State

SWEEP = "sweep"


def renderer_paths() -> dict[str, str]:
    """Return settings.OUTBOX_KINDS: the dotted path of the renderer for each kind of email."""
    return getattr(settings, "OUTBOX_KINDS", {})


def due_emails() -> QuerySet[OutgoingEmail]:
    """Rows that may be sent now by the database's clock, in the order in which they became due."""
    return OutgoingEmail.objects.filter(state=State.QUEUED, next_attempt_at__lte=Now()).order_by("next_attempt_at")


def stuck_emails(lease: timedelta) -> QuerySet[OutgoingEmail]:
    """Rows that a worker claimed more than `lease` ago and never finished, oldest first."""
    return OutgoingEmail.objects.filter(state=State.SENDING, claimed_at__lt=Now() - lease).order_by("claimed_at")


def latest_email(*, subject_id: UUID, kind: str) -> OutgoingEmail | None:
    """Return the newest email of this kind about this subject. Its state is the delivery state to show."""
    return OutgoingEmail.objects.filter(subject_id=subject_id, kind=kind).order_by("-id").first()


def failed_emails(organization_id: UUID, *, kind: str, since: datetime) -> QuerySet[OutgoingEmail]:
    """Return the organization's emails of this kind that were given up since then, newest first."""
    rows = OutgoingEmail.objects.filter(organization_id=organization_id, kind=kind, state=State.FAILED)
    return rows.filter(created_at__gte=since).order_by("-created_at")


def _seconds_since(moment: datetime | None) -> float | None:
    return None if moment is None else max(0.0, (timezone.now() - moment).total_seconds())


def health() -> dict[str, float | None]:
    """Return how long the oldest due email has waited and how long ago the last sweep ran, in seconds.

    None means that nothing is due, or that no sweep has run. An email that waits for a retry is not due.
    """
    oldest = due_emails().order_by().aggregate(oldest=Min("next_attempt_at"))["oldest"]
    last_sweep = Heartbeat.objects.filter(name=SWEEP).values_list("at", flat=True).first()
    return {"oldest_due_seconds": _seconds_since(oldest), "last_sweep_seconds": _seconds_since(last_sweep)}
