"""Reading the outbox: what is due, what became of a mail, and whether mail flows."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Min, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from outbox.models import Heartbeat, OutgoingEmail, State

SWEEP = "sweep"


def kinds() -> dict[str, str]:
    """settings.OUTBOX_KINDS: from a kind to the dotted path of its renderer."""
    return getattr(settings, "OUTBOX_KINDS", {})


def due() -> QuerySet[OutgoingEmail]:
    """Rows that may go now, by the database's clock, the longest waiting first."""
    return OutgoingEmail.objects.filter(state=State.QUEUED, next_attempt_at__lte=Now()).order_by("next_attempt_at")


def stuck(lease: timedelta) -> QuerySet[OutgoingEmail]:
    """Rows that a worker took longer than `lease` ago and never came back for."""
    return OutgoingEmail.objects.filter(state=State.SENDING, claimed_at__lt=Now() - lease).order_by("claimed_at")


def latest(*, subject_id: UUID, kind: str) -> OutgoingEmail | None:
    """The newest mail of that kind about that subject: its state is the delivery state to show."""
    return OutgoingEmail.objects.filter(subject_id=subject_id, kind=kind).order_by("-id").first()


def _seconds_since(moment: datetime | None) -> float | None:
    return None if moment is None else max(0.0, (timezone.now() - moment).total_seconds())


def health() -> dict[str, float | None]:
    """How long the oldest due mail has been waiting and how long ago the last sweep ended, in seconds.

    None: nothing is due, or no sweep ever ran. A mail that backs off after an error is not due.
    """
    oldest = due().order_by().aggregate(oldest=Min("next_attempt_at"))["oldest"]
    swept = Heartbeat.objects.filter(name=SWEEP).values_list("at", flat=True).first()
    return {"oldest_due_seconds": _seconds_since(oldest), "last_sweep_seconds": _seconds_since(swept)}
