"""Outgoing email: one row per email to send, with no body, link or recipient."""

from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from base.ids import uuid7


def message_id_domain() -> str:
    """Return the part of a Message-ID after the @ (RFC 5322, 3.6.4): the host of BASE_URL."""
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    return f"[IPv6:{host}]" if ":" in host else host.encode("idna").decode()


class State(models.TextChoices):
    """QUEUED and SENDING are in progress, HELD waits for an operator, and the other three are final."""

    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Sending")
    HELD = "held", _("Held")
    SENT = "sent", _("Sent")
    CANCELLED = "cancelled", _("Cancelled")
    FAILED = "failed", _("Failed")


FINAL = (State.SENT, State.CANCELLED, State.FAILED)


class OutgoingEmail(models.Model):
    """One email to send.

    `kind` selects the renderer (settings.OUTBOX_KINDS), which looks up the recipient and the text by `subject_id`
    when the email is sent. `key` identifies the email for ever: the same key is never queued twice.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=100)
    subject_id = models.UUIDField()
    key = models.CharField(max_length=200)
    organization_id = models.UUIDField(null=True)
    # Set once: an email that is sent twice has the same Message-ID twice, so the receiver can drop the duplicate.
    message_id = models.CharField(max_length=320)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)
    provider_message_id = models.CharField(max_length=320, blank=True)

    # What an SMTP server said when it accepted the email. For listeners, not stored here.
    answer = ""

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
            # Partial indexes: few rows are in progress, however many were sent.
            models.Index(fields=["next_attempt_at"], name="outbox_due", condition=Q(state=State.QUEUED)),
            models.Index(fields=["claimed_at"], name="outbox_in_hand", condition=Q(state=State.SENDING)),
            models.Index(fields=["subject_id", "kind"], name="outbox_by_subject"),
            # The provider's webhooks name it. Blank with SMTP.
            models.Index(
                fields=["provider_message_id"], name="outbox_by_provider_id", condition=~Q(provider_message_id="")
            ),
            # For the previous release. The next one can remove it.
            models.Index(
                fields=["organization_id", "kind", "-created_at"], name="outbox_failed", condition=Q(state=State.FAILED)
            ),
        ]

    def __str__(self) -> str:
        return self.key

    def make_message_id(self) -> str:
        """Return this row's Message-ID: `<id@host of BASE_URL>`."""
        return f"<{self.pk}@{message_id_domain()}>"


class Heartbeat(models.Model):
    """The time when a recurring job last ran, read by the readiness page."""

    name = models.CharField(primary_key=True, max_length=50)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M:%S}"


class Outage(models.Model):
    """Whether the mail server takes email from us. One row, written when it first doesn't.

    `since` is set while it doesn't, and None otherwise. `at` and `reason` are those of its last refusal. Until `until`,
    email isn't tried again. `pauses` counts the pauses of this outage, so that they grow.
    """

    name = models.CharField(primary_key=True, max_length=50)
    since = models.DateTimeField(null=True)
    at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    pauses = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return f"{self.name} {self.since} {self.reason}"
