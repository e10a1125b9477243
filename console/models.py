"""What was asked to be done to many members at once, and what became of each."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from base.ids import uuid7
from organizations.models import Organization


class BulkState(models.TextChoices):
    """LISTING until its members are written down, RUNNING until the last was tried; the other two are final."""

    LISTING = "listing", _("Beginning")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


ON_ITS_WAY = (BulkState.LISTING, BulkState.RUNNING)


class ItemState(models.TextChoices):
    TODO = "todo", _("Not done")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Left out")


class BulkAction(models.Model):
    """One action on many members (U-15): its items say on whom, as the selection was when it was confirmed.

    `kind` is a key of console.bulk.kinds.KINDS and `choice` what was chosen for it, as ids; `view` the list that it was
    called from. `whom` is the selection where there are too many to be written down while a request waits. `done` and
    `refused` are written when it ends. The actor is an id and a name: it outlives them.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    actor_id = models.UUIDField()
    actor_name = models.CharField(max_length=300)
    kind = models.CharField(max_length=20)
    choice = models.JSONField(default=dict)
    view = models.CharField(max_length=4000, blank=True)
    whom = models.JSONField(default=dict)
    state = models.CharField(max_length=9, choices=BulkState, default=BulkState.RUNNING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    # When somebody last began a slice of it: one on its way that nobody touches is taken up again.
    touched_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    # Where it was asked from, for the audit entries of what a worker does later.
    ip = models.GenericIPAddressField(null=True)
    request_id = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=BulkState.values), name="bulk_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=ON_ITS_WAY, finished_at=None)
                | ~Q(state__in=ON_ITS_WAY) & Q(finished_at__isnull=False),
                name="bulk_end_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-id"], name="bulk_by_time"),
            models.Index(fields=["touched_at"], name="bulk_running", condition=Q(state__in=ON_ITS_WAY)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class BulkItem(models.Model):
    """One member of a bulk action, once. Plain id, name and address: a deleted member is still listed."""

    pk = models.CompositePrimaryKey("action_id", "member_id")
    action = models.ForeignKey(BulkAction, models.CASCADE, related_name="items", db_index=False)
    member_id = models.UUIDField()
    name = models.CharField(max_length=254)
    email = models.CharField(max_length=254)
    state = models.CharField(max_length=7, choices=ItemState, default=ItemState.TODO)
    # Why it was refused, or that there was nothing to do.
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(state__in=ItemState.values), name="bulk_item_state_known")]
        indexes = [models.Index(fields=["action", "state", "member_id"], name="bulk_item_by_state")]

    def __str__(self) -> str:
        return self.name
