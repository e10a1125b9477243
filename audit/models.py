"""The audit log: ids and labels without foreign keys, so that an entry outlives what it names."""

from urllib.parse import urlsplit

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from base.encryption import EncryptedField
from base.ids import uuid7


class Entry(models.Model):
    """One recorded action, as it was at the time.

    Triggers refuse changes (audit.triggers). Shortly after its transaction, an entry is sealed: it gets its sequence
    number and hash in the organization's chain. Until then, both are None.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization_id = models.UUIDField(null=True)
    at = models.DateTimeField(default=timezone.now, editable=False)
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=300, blank=True)
    # What the actor used besides the browser: "the access key Nightly report".
    via = models.CharField(max_length=200, blank=True, default="", db_default="")
    action = models.CharField(max_length=100)
    target_id = models.UUIDField(null=True)
    target_label = models.CharField(max_length=300, blank=True)
    data = models.JSONField(default=dict)
    ip = models.GenericIPAddressField(null=True)
    request_id = models.CharField(max_length=32, blank=True)
    sequence = models.BigIntegerField(null=True, editable=False)
    hash = models.CharField(max_length=64, null=True, editable=False)  # noqa: DJ001
    # The signature of the writing process, and once sealed, of the chain (audit.signatures).
    mac = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["organization_id", "-at", "id"], name="audit_by_time"),
            models.Index(fields=["organization_id", "target_id", "at"], name="audit_by_target"),
            models.Index(fields=["organization_id", "actor_id", "at"], name="audit_by_actor"),
            models.Index(fields=["organization_id", "action", "at"], name="audit_by_action"),
            # Small, because entries are sealed within seconds.
            models.Index(fields=["organization_id", "at"], name="audit_unsealed", condition=Q(sequence=None)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organization_id", "sequence"], name="audit_sequence_once", condition=~Q(sequence=None)
            ),
            # NULLs are distinct, so entries without an organization need their own constraint.
            models.UniqueConstraint(
                fields=["sequence"],
                name="audit_own_sequence_once",
                condition=Q(organization_id=None) & ~Q(sequence=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.actor_label} {self.action} {self.target_label}".strip()


class AuditChain(models.Model):
    """The chain of an organization's sealed entries, or of entries without one: key, end and start.

    `sequence` and `hash` are those of the last entry. Retention deletes entries below `kept_from`; `kept_hash` is the
    hash of the last deleted one. `mac` signs all of it, so that entries missing at either end are noticed. Chains are
    numbered without gaps. That of no organization has number 0 and the highest number in `chains`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization_id = models.UUIDField(null=True, unique=True)
    number = models.PositiveIntegerField(unique=True)
    chains = models.PositiveIntegerField(default=0)
    key = EncryptedField()
    sequence = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)
    kept_from = models.BigIntegerField(default=1)
    kept_hash = models.CharField(max_length=64, blank=True)
    sealed_at = models.DateTimeField(null=True)
    mac = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.organization_id or '-'} {self.sequence}"


class AuditCheckpoint(models.Model):
    """The end of a chain after the first seal of a day (UTC), signed with the chain's key."""

    chain = models.ForeignKey(AuditChain, on_delete=models.CASCADE, related_name="checkpoints")
    day = models.DateField()
    sequence = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    mac = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "day"], name="audit_checkpoint_once_a_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.sequence}"


class StreamFormat(models.TextChoices):
    """The body of a stream's requests: one JSON array, or one JSON object per line."""

    JSON = "json", _("JSON array")
    LINES = "lines", _("JSON lines")


class AuditStream(models.Model):
    """A webhook that receives the organization's sealed entries, in order and at least once.

    `cursor` is the sequence number of the last entry that the receiver accepted. For some time after a change of the
    secret, requests are also signed with `previous_secret`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization_id = models.UUIDField(db_index=True)
    url = models.CharField(max_length=500)
    format = models.CharField(max_length=10, choices=StreamFormat, default=StreamFormat.JSON)
    secret = EncryptedField()
    previous_secret = EncryptedField(null=True)
    previous_secret_until = models.DateTimeField(null=True)
    cursor = models.BigIntegerField(default=0)
    # False after the receiver responded with 410, or a person turned it off. `last_error` says why.
    is_active = models.BooleanField(default=True)
    # The last entry of the latest request: a repeated one has the same entries and id, even if there are more now.
    message_end = models.BigIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    failing_since = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)
    last_delivered_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by_label = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["next_attempt_at"], name="audit_stream_due", condition=Q(is_active=True))]

    def __str__(self) -> str:
        """The receiver's host, as the label in the log. The full URL may contain secrets."""
        return urlsplit(self.url).netloc
