"""The audit log: ids and labels without foreign keys, so that an entry outlives what it names."""

from django.db import models

from base.ids import uuid7


class Entry(models.Model):
    """One recorded action, as it was at the time. The product never changes or deletes entries."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization_id = models.UUIDField(null=True)
    at = models.DateTimeField(auto_now_add=True)
    actor_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=300, blank=True)
    action = models.CharField(max_length=100)
    target_id = models.UUIDField(null=True)
    target_label = models.CharField(max_length=300, blank=True)
    data = models.JSONField(default=dict)
    ip = models.GenericIPAddressField(null=True)
    request_id = models.CharField(max_length=32, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["organization_id", "-at", "id"], name="audit_by_time"),
            models.Index(fields=["organization_id", "target_id", "at"], name="audit_by_target"),
            models.Index(fields=["organization_id", "actor_id", "at"], name="audit_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_label} {self.action} {self.target_label}".strip()
