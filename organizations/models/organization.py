"""An organization and the roles that it offers."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from base.ids import uuid7


class Scheme(models.TextChoices):
    """How an organization gives roles: one ranked role a member (R-1), or several task roles (R-2)."""

    RANKED = "ranked", _("Ranked roles")
    TASK = "task", _("Task roles")


class Organization(models.Model):
    """An account of the platform. Its slug stands in every address of its pages."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(max_length=60, unique=True)
    scheme = models.CharField(max_length=6, choices=Scheme, default=Scheme.RANKED)
    logo = models.ImageField(upload_to="logos/", blank=True)
    sso_enforced = models.BooleanField(default=False)
    allowed_email_domains = models.JSONField(default=list, blank=True)
    # U-11: whether a member of other organizations can be deactivated in this one.
    deactivate_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Role(models.Model):
    """A named set of permissions. Built-in ones belong to no organization and take their words from
    organizations.roles; custom ones (R-3) belong to one organization and carry their own."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, null=True, blank=True, related_name="roles")
    scheme = models.CharField(max_length=6, choices=Scheme)
    # A custom role's is its name as text.name_key() gives it.
    key = models.CharField(max_length=400)
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=500, blank=True)
    permissions = models.JSONField(default=list)
    rank = models.PositiveSmallIntegerField(default=100)

    class Meta:
        ordering = ["rank", "name"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "key"], condition=Q(organization=None), name="role_built_in_key"),
            models.UniqueConstraint(fields=["organization", "key"], name="role_organization_key"),
        ]

    def __str__(self) -> str:
        return str(self.label)

    @property
    def label(self) -> str:
        """The name to show; a built-in role's in the reader's language."""
        from organizations.roles import definition

        found = definition(self)
        return str(found.name) if found else self.name
