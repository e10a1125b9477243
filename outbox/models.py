"""Mail that is still to be sent, or was: one row for each intent, never a body, a link or a recipient."""

from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from base.ids import uuid7


def mail_domain() -> str:
    """What stands right of the @ in a Message-ID (RFC 5322, 3.6.4): the host of BASE_URL."""
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    return f"[IPv6:{host}]" if ":" in host else host.encode("idna").decode()


class State(models.TextChoices):
    """QUEUED and SENDING are on their way, HELD waits for an operator, the other three are final."""

    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Sending")
    HELD = "held", _("Held")
    SENT = "sent", _("Sent")
    CANCELLED = "cancelled", _("Cancelled")
    FAILED = "failed", _("Failed")


FINAL = (State.SENT, State.CANCELLED, State.FAILED)


class OutgoingEmail(models.Model):
    """One intent to mail somebody. `kind` names the renderer (settings.OUTBOX_KINDS), which works the recipient
    and the words out of `subject_id` at the moment of sending; `key` makes the intent unique for ever.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=100)
    subject_id = models.UUIDField()
    key = models.CharField(max_length=200)
    organization_id = models.UUIDField(null=True)
    # Fixed here: a mail that goes out twice carries it twice, so that a receiver can drop the twin.
    message_id = models.CharField(max_length=320)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)
    provider_message_id = models.CharField(max_length=320, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], name="outbox_key_once"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="outbox_state_known"),
            models.CheckConstraint(
                condition=Q(state=State.SENT, sent_at__isnull=False) | ~Q(state=State.SENT) & Q(sent_at__isnull=True),
                name="outbox_sent_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.SENDING) | Q(claimed_at__isnull=False), name="outbox_sending_has_time"
            ),
        ]
        indexes = [
            # Partial: the rows on their way are few, however many were sent.
            models.Index(fields=["next_attempt_at"], name="outbox_due", condition=Q(state=State.QUEUED)),
            models.Index(fields=["claimed_at"], name="outbox_in_hand", condition=Q(state=State.SENDING)),
            models.Index(fields=["subject_id", "kind"], name="outbox_by_subject"),
        ]

    def __str__(self) -> str:
        return self.key

    def fixed_message_id(self) -> str:
        """The Message-ID of this intent: `<id@host of BASE_URL>`."""
        return f"<{self.pk}@{mail_domain()}>"


class Heartbeat(models.Model):
    """When a recurring job last ran: what the readiness page asks for."""

    name = models.CharField(primary_key=True, max_length=50)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M:%S}"
