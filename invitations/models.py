"""Batches (drafts until they are sent), their invitations, and the counts that limit invitation emails."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from base.ids import uuid7
from organizations.models import Delivery, Membership, Organization


class Batch(models.Model):
    """One run of the Add User flow: a draft until `sent_at` is set. Stores the input as it was typed (W-12).

    `people` is a list of {"first_name", "last_name", "email"}. `version` increases with every save, so a second
    tab can't overwrite or send changes that it hasn't shown.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="batches", db_index=False)
    created_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="batches")
    inviter_name = models.CharField(max_length=201)
    version = models.PositiveIntegerField(default=1)
    people = models.JSONField(default=list)
    role_ids = models.JSONField(default=list)
    group_ids = models.JSONField(default=list)
    project_ids = models.JSONField(default=list)
    reason = models.TextField(blank=True)
    welcome_page = models.CharField(max_length=40, blank=True)
    # A pasted list that the inviter is reviewing: the text, the meaning of its columns and whether it has a heading.
    pasted = models.JSONField(default=dict, blank=True, db_default={})
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["created_by", "-updated_at"], condition=Q(sent_at=None), name="batch_drafts"),
            models.Index(fields=["organization", "-sent_at"], name="batch_sent"),
        ]

    def __str__(self) -> str:
        return f"{self.inviter_name}, {len(self.people)}"


class AddressSends(models.Model):
    """Recent invitation emails from an organization to one address (I-5).

    Counted by address, not by invitation: deleting and re-adding a person must not reset the limit. `again` holds
    the times of the last day's emails after the first, in seconds since 1970. Rows are deleted after a day.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    email_key = models.CharField(max_length=254)
    last_at = models.DateTimeField()
    again = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "email_key"], name="sends_to_address")]
        indexes = [models.Index(fields=["last_at"], name="sends_by_time")]

    def __str__(self) -> str:
        return self.email_key


class SendCount(models.Model):
    """Number of invitation emails that a member sent within one hour (I-5).

    At most 25 rows per inviter give the daily total, however many emails there are. `inviter_id` is not a foreign
    key, so the count survives the member's deletion.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    inviter_id = models.UUIDField()
    hour = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "hour", "inviter_id"], name="sends_of_inviter_once")
        ]
        indexes = [models.Index(fields=["hour"], name="sends_by_hour")]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H}: {self.count}"


class Invitation(models.Model):
    """Invitation of one member. It outlives the member, so that its link can still explain what happened.

    The expiry date is stored on the membership, because lists sort by it. Increasing `version` invalidates all
    earlier links. `sends` counts the emails, including resends.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="invitations", db_index=False)
    batch = models.ForeignKey(Batch, models.CASCADE, related_name="invitations")
    membership = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="invitations")
    version = models.PositiveIntegerField(default=1)
    sends = models.PositiveIntegerField(default=1)
    # How often the current link was copied, and the name of the member who copied it last (I-10).
    copies = models.IntegerField(default=0, db_default=0)
    copied_at = models.DateTimeField(null=True)
    copied_by = models.CharField(max_length=300, blank=True, default="", db_default="")
    created_at = models.DateTimeField(auto_now_add=True)
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    new_link_asked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["organization", "-created_at"], name="invitation_by_time"),
            models.Index(
                fields=["organization", "new_link_asked_at"],
                condition=Q(new_link_asked_at__isnull=False, accepted_at=None, revoked_at=None),
                name="invitation_new_link",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["membership"],
                condition=Q(accepted_at=None, revoked_at=None),
                name="invitation_live_once",
            ),
            models.CheckConstraint(condition=Q(accepted_at=None) | Q(revoked_at=None), name="invitation_one_end"),
        ]

    def __str__(self) -> str:
        return str(self.membership or self.pk)


class InvitationEmail(models.Model):
    """One email of an invitation: who sent it, and what became of it (I-8).

    `number` is the invitation's `sends` at that time, so email_key() gives the email's key in the outbox. `delivery`
    changed last at `delivery_at`. `reason` says in our words why it has a problem, and `answer` is what the mail server
    or the provider said.
    """

    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="emails", db_index=False)
    number = models.IntegerField()
    email = models.CharField(max_length=254)
    sent_by = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    delivery = models.SmallIntegerField(choices=Delivery, default=Delivery.QUEUED)
    delivery_at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(max_length=200, blank=True)
    answer = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invitation", "number"], name="invitation_email_once")]
        # For the hourly repair. Few emails are queued, however many were sent.
        indexes = [
            models.Index(fields=["created_at"], name="invitation_email_queued", condition=Q(delivery=Delivery.QUEUED))
        ]

    def __str__(self) -> str:
        return f"{self.email} {self.get_delivery_display()}"
