"""Domains that an organization proved to own, and requests to join from people with an address there (O-5)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from base.ids import uuid7
from organizations.models import Membership, Organization


class Domain(models.Model):
    """A domain that an organization added. While `verified_at` is set, no other organization can verify it.

    `missing_since` is set when the TXT record of a verified domain is gone: it stays verified for a few days. Then
    `verified_at` is cleared. `seen_at` is when the record was found last. `problem` is what the last check found
    instead (provisioning.services.domain_checks.Problem), and `found` the value, if any. `setup_link` is the one that
    may see it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="domains", db_index=False)
    name = models.CharField(max_length=253)
    token = models.CharField(max_length=64)
    verified_at = models.DateTimeField(null=True, blank=True)
    missing_since = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=20, blank=True)
    found = models.CharField(max_length=300, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    next_check_at = models.DateTimeField(null=True, blank=True)
    setup_link = models.ForeignKey(
        "provisioning.SetupLink", models.SET_NULL, null=True, blank=True, related_name="domains"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="domain_once"),
            models.UniqueConstraint(
                fields=["name"], condition=Q(verified_at__isnull=False), name="domain_verified_once"
            ),
        ]
        indexes = [models.Index(fields=["next_check_at"], name="domain_by_next_check")]

    def __str__(self) -> str:
        return self.name


class JoinRequest(models.Model):
    """A user with a proven address at a verified domain asks to join. An answered request stays: users ask once.

    `email` is that address: the user's own, or one that the organization's identity provider vouches for.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("Waiting")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="join_requests", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="join_requests")
    email = models.CharField(max_length=254)
    status = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    answered_by = models.ForeignKey(Membership, models.SET_NULL, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "user"], name="join_request_once")]
        indexes = [models.Index(fields=["organization", "status", "created_at"], name="join_request_by_status")]

    def __str__(self) -> str:
        """Who asks, in the audit log."""
        name = self.user.name
        return f"{name} ({self.email})" if name != self.email else name
