"""SCIM 2.0: an organization's connection, its tokens, and what SCIM knows about members and groups (C-1 to C-6)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from base.ids import uuid7
from organizations.models import Group, Membership, Organization


class ScimConnection(models.Model):
    """An organization's connection to an identity provider that provisions members. Deleting it ends its tokens."""

    class Provider(models.TextChoices):
        OKTA = "okta", "Okta"
        ENTRA = "entra", "Entra ID"
        OTHER = "other", _("Other")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.OneToOneField(Organization, models.CASCADE, related_name="scim_connection")
    provider = models.CharField(max_length=5, choices=Provider, default=Provider.OKTA)
    last_sync_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        """The actor in the audit log."""
        return self.label

    @property
    def label(self) -> str:
        """The provider's name in sentences: "Okta", or "Your identity provider" for one without a known name."""
        if self.provider == self.Provider.OTHER:
            return str(_("Your identity provider"))
        return str(self.Provider(self.provider).label)


class ScimToken(models.Model):
    """A bearer token. `digest` is the SHA-256 of the token, which is shown once; lists show the prefix (C-1)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    connection = models.ForeignKey(ScimConnection, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    created_by = models.CharField(max_length=300)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)


class ScimResource(models.Model):
    """What SCIM stores about a resource besides the columns of the product. Columns named _key are for filters.

    They hold the value in the form in which SCIM compares it. `attributes` are all other attributes that the provider
    sent. `version` is the ETag.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    external_id = models.CharField(max_length=255, blank=True)
    display_name = models.CharField(max_length=255, blank=True)
    display_name_key = models.CharField(max_length=510, blank=True)
    attributes = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    modified_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class ScimUser(ScimResource):
    """A member that the identity provider manages. The SCIM id is the membership's; names and email are there, too.

    `user_name_key` is sorted by code points (migration 0002). `email_key` is the membership's, so that one table
    answers every filter; it's blank for people without an address.
    """

    membership = models.OneToOneField(Membership, models.CASCADE, primary_key=True, related_name="scim")
    user_name = models.CharField(max_length=255)
    user_name_key = models.CharField(max_length=510)
    email_key = models.CharField(max_length=254, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "user_name_key"], name="scim_user_name")]
        indexes = [
            models.Index(fields=["organization", "membership"], name="scim_user_by_id"),
            models.Index(fields=["organization", "external_id"], name="scim_user_by_external_id"),
            models.Index(fields=["organization", "email_key"], name="scim_user_by_email"),
            models.Index(fields=["organization", "modified_at", "membership"], name="scim_user_by_change"),
        ]


class ScimGroup(ScimResource):
    """A group that the identity provider manages. The SCIM id is the group's."""

    group = models.OneToOneField(Group, models.CASCADE, primary_key=True, related_name="scim")

    class Meta:
        indexes = [
            models.Index(fields=["organization", "group"], name="scim_group_by_id"),
            models.Index(fields=["organization", "display_name_key"], name="scim_group_by_name"),
            models.Index(fields=["organization", "external_id"], name="scim_group_by_external_id"),
            models.Index(fields=["organization", "modified_at", "group"], name="scim_group_by_change"),
        ]


class AdoptionRequest(models.Model):
    """The provider tried to create someone who is already a member. Once approved, it manages that member (C-3).

    `payload` is the resource that it sent. `reason` is why they match: "email" or "name".
    """

    class Status(models.TextChoices):
        OPEN = "open", _("Waiting")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="adoption_requests", db_index=False)
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="adoption_requests")
    user_name = models.CharField(max_length=255)
    payload = models.JSONField(default=dict)
    reason = models.CharField(max_length=5)
    status = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    answered_by = models.ForeignKey(Membership, models.SET_NULL, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    requested_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "membership"], name="adoption_request_once")]
        indexes = [models.Index(fields=["organization", "status", "created_at"], name="adoption_request_by_status")]


class ScimLogEntry(models.Model):
    """A SCIM request and its answer, masked, kept for 30 days (C-5). `about` names whom or what it concerned.

    `action` is a key such as "create_user"; `note` a sentence about what was done or why not. `search_text` is folded.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="scim_log", db_index=False)
    at = models.DateTimeField(auto_now_add=True)
    method = models.CharField(max_length=7)
    path = models.CharField(max_length=500)
    action = models.CharField(max_length=30)
    about = models.CharField(max_length=300, blank=True)
    note = models.CharField(max_length=500, blank=True)
    status = models.PositiveSmallIntegerField()
    milliseconds = models.PositiveIntegerField()
    reference = models.CharField(max_length=32, blank=True)
    request = models.JSONField(default=dict)
    response = models.JSONField(default=dict)
    search_text = models.CharField(max_length=1000, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["organization", "-at", "id"], name="scim_log_by_time"),
            models.Index(fields=["organization", "status", "-at"], name="scim_log_by_status"),
        ]
