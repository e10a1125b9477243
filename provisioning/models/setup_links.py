"""Links with which an IT administrator without an account sets up one thing (O-6)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from base.ids import uuid7
from organizations.models import Membership, Organization


class SetupIntent(models.TextChoices):
    SSO = "sso", _("Single sign-on")
    SCIM = "scim", _("Provisioning")
    DOMAIN = "domain", _("Domain")


class SetupLink(models.Model):
    """A link for one intent. `digest` is the SHA-256 of its token; the link itself is shown once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="setup_links")
    intent = models.CharField(max_length=6, choices=SetupIntent)
    digest = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(Membership, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        """The actor in the audit log: "setup link of Olga Marchenko"."""
        return str(_("setup link of %(name)s") % {"name": self.created_by.name})
