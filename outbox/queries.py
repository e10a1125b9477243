"""Reads of the outbox: what is due, the state of an email, and whether email is being sent."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Min, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from outbox.models import Heartbeat, Outage, OutgoingEmail, State

SWEEP, HELD = "sweep", "held"
MAIL_SERVER = "mail_server"


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


def _seconds_since(moment: datetime | None) -> float | None:
    return None if moment is None else max(0.0, (timezone.now() - moment).total_seconds())


def health() -> dict[str, float | None]:
    """Return how long the oldest due email has waited and how long ago the last sweep ran, in seconds.

    None means that nothing is due, or that no sweep has run. An email that waits for a retry is not due.
    """
    oldest = due_emails().order_by().aggregate(oldest=Min("next_attempt_at"))["oldest"]
    last_sweep = Heartbeat.objects.filter(name=SWEEP).values_list("at", flat=True).first()
    return {"oldest_due_seconds": _seconds_since(oldest), "last_sweep_seconds": _seconds_since(last_sweep)}


def current_outage() -> Outage | None:
    """Return why and since when the mail server takes no email from us, or None if it does."""
    return Outage.objects.filter(name=MAIL_SERVER, since__isnull=False).first()


def last_outage() -> Outage | None:
    """Return the current outage, or the last one if it's over (`since` is None). `at`: the last refusal."""
    return Outage.objects.filter(name=MAIL_SERVER).first()


def counts() -> dict[str, int]:
    """Return how many emails are queued, sending and held, and how many failed in the last day.

    Reads only unfinished and failed rows, by their partial indexes. Held rows have none, so they are counted only while
    the outbox is held.
    """
    day_ago = timezone.now() - timedelta(days=1)
    held = Heartbeat.objects.filter(name=HELD).exists()
    return {
        "queued": OutgoingEmail.objects.filter(state=State.QUEUED).count(),
        "sending": OutgoingEmail.objects.filter(state=State.SENDING).count(),
        "held": OutgoingEmail.objects.filter(state=State.HELD).count() if held else 0,
        "failed_last_day": OutgoingEmail.objects.filter(state=State.FAILED, claimed_at__gte=day_ago).count(),
    }
