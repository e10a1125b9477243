"""Access keys for the API (A-6)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from base.ids import uuid7
from organizations.models.members import Membership
from organizations.models.organization import Organization


class AccessKey(models.Model):
    """A key for the API. It belongs to a member, or without one to the organization (a service account).

    `scopes` are names from organizations.scopes. `created_by` is the name of the person who created it. Revoking a key
    deletes it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="access_keys", db_index=False)
    membership = models.ForeignKey(
        Membership, models.CASCADE, null=True, blank=True, related_name="access_keys", db_index=False
    )
    name = models.CharField(_("name"), max_length=100)
    scopes = models.JSONField(default=list)
    created_by = models.CharField(max_length=300)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["organization", "id"], name="access_key_by_id"),
            models.Index(fields=["membership", "id"], name="access_key_by_member"),
            models.Index(fields=["expires_at"], name="access_key_by_expiry"),
        ]

    def __str__(self) -> str:
        return self.name


class AccessKeySecret(models.Model):
    """A secret of a key. `digest` is the SHA-256 of the secret, which is shown once; lists show the prefix.

    While a key is rotated, it has two, and the older one ends at `expires_at`. `shown_to` is the id of the member who
    saw it: once they have left, an organization's key should be rotated.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.ForeignKey(AccessKey, models.CASCADE, related_name="secrets")
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    shown_to = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
