"""Bulk actions and their results, member by member."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from base.ids import uuid7
from organizations.models import Membership, Organization


class BulkState(models.TextChoices):
    """PREPARING until its items are inserted, RUNNING until the last was processed. The other two are final."""

    PREPARING = "preparing", _("Preparing")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


UNFINISHED = (BulkState.PREPARING, BulkState.RUNNING)


class ItemState(models.TextChoices):
    TODO = "todo", _("Not processed")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Skipped")


class BulkAction(models.Model):
    """One action on many members (U-15). Its items are the members selected when it was confirmed.

    kind: a key of console.bulk.kinds.KINDS, or "undo". choice: the chosen roles or group, by id; the action that it
    undoes, or that undid it. view: the list that it was started from. selection: stored only where there are too many
    members to insert during the request. done, refused: written when it ends. The actor is stored as id and name, so
    that the action outlives them.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    actor_id = models.UUIDField()
    actor_name = models.CharField(max_length=300)
    kind = models.CharField(max_length=20)
    choice = models.JSONField(default=dict)
    view = models.CharField(max_length=4000, blank=True)
    selection = models.JSONField(default=dict)
    state = models.CharField(max_length=9, choices=BulkState, default=BulkState.RUNNING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    # When a worker last started a batch. An unfinished action untouched for a while is resumed.
    touched_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    # The origin of the request, for the audit entries that a worker writes later.
    ip = models.GenericIPAddressField(null=True)
    request_id = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=BulkState.values), name="bulk_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=UNFINISHED, finished_at=None)
                | ~Q(state__in=UNFINISHED) & Q(finished_at__isnull=False),
                name="bulk_end_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-id"], name="bulk_by_time"),
            models.Index(fields=["touched_at"], name="bulk_running", condition=Q(state__in=UNFINISHED)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_undone(self) -> bool:
        return "undone_by" in self.choice


class BulkItem(models.Model):
    """One member of a bulk action. Stores id, name and email as plain values: a deleted member is still listed."""

    pk = models.CompositePrimaryKey("action_id", "member_id")
    action = models.ForeignKey(BulkAction, models.CASCADE, related_name="items", db_index=False)
    member_id = models.UUIDField()
    name = models.CharField(max_length=254)
    email = models.CharField(max_length=254)
    state = models.CharField(max_length=7, choices=ItemState, default=ItemState.TODO)
    # Why the member was skipped, or that nothing had to change.
    note = models.CharField(max_length=500, blank=True)
    # What the member lost and got instead, and when, for Undo (U-22). Null unless that can be undone.
    taken = models.JSONField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(state__in=ItemState.values), name="bulk_item_state_known")]
        indexes = [models.Index(fields=["action", "state", "member_id"], name="bulk_item_by_state")]

    def __str__(self) -> str:
        return self.name


class SavedView(models.Model):
    """A name for a view of the Users page (U-20): search, filters, sort and columns.

    `view` is the URL relative to the Users page, as UserListParams.from_url() reads it. A private view has an owner. A
    view that is shared with the organization has none, so that it stays when the member who made it leaves.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    owner = models.ForeignKey(Membership, models.CASCADE, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(Membership, models.SET_NULL, null=True, blank=True, related_name="+")
    name = models.CharField(_("name"), max_length=100)
    name_key = models.CharField(max_length=400)
    view = models.CharField(max_length=4000, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name_key"], condition=Q(owner=None), name="saved_view_shared_name"
            ),
            models.UniqueConstraint(
                fields=["owner", "name_key"], condition=Q(owner__isnull=False), name="saved_view_own_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_shared(self) -> bool:
        return self.owner_id is None


class DefaultView(models.Model):
    """The saved view that the Users page opens on for one member (U-20)."""

    member = models.OneToOneField(Membership, models.CASCADE, primary_key=True, related_name="+")
    view = models.ForeignKey(SavedView, models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return str(self.view)
