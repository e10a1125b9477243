"""Organizations and their roles."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from base.ids import uuid7
from base.times import NEVER
from organizations.built_in_roles import BUILT_IN_BY_ID
from organizations.schemes import Scheme


class TwoFactorRule(models.TextChoices):
    """Who must have a second factor (S-3). Administrators are members with an administrative permission (R-6)."""

    NO_ONE = "no_one", _("No one")
    ADMINS = "admins", _("Members with administrative permissions")
    EVERYONE = "everyone", _("Everyone")


class JoinRule(models.TextChoices):
    """How people with a proven address at a verified domain join (O-5)."""

    INVITATION = "invitation", _("By invitation only")
    ASK = "ask", _("They may ask")
    AUTOMATIC = "automatic", _("Automatically")


class Organization(models.Model):
    """A customer's account. Its slug is part of the URL of each of its pages."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(max_length=60, unique=True)
    scheme = models.CharField(max_length=6, choices=Scheme, default=Scheme.RANKED)
    logo = models.ImageField(upload_to="logos/", blank=True)
    sso_enforced = models.BooleanField(default=False)
    join_rule = models.CharField(
        max_length=10, choices=JoinRule, default=JoinRule.INVITATION, db_default=JoinRule.INVITATION
    )
    # The everyday role of people who join automatically, or whose request is approved.
    join_role = models.ForeignKey("Role", models.SET_NULL, null=True, blank=True, related_name="+")
    # False while platform staff have suspended the organization: no one can open it, and nothing signs in through it.
    is_active = models.BooleanField(default=True, db_default=True)
    allowed_email_domains = models.JSONField(default=list, blank=True)
    # U-11: whether this organization can deactivate members who are active in other organizations too.
    deactivate_shared = models.BooleanField(default=False)
    # How many members may use a seat. 0 means no limit.
    seat_limit = models.PositiveIntegerField(default=0, db_default=0)
    plan = models.CharField(_("plan"), max_length=40, blank=True, default="", db_default="")
    # Brands. Blank means the platform's own.
    brand_color = models.CharField(max_length=7, blank=True, default="", db_default="")
    platform_name = models.CharField(_("platform name"), max_length=40, blank=True, default="", db_default="")
    from_name = models.CharField(_("From name"), max_length=60, blank=True, default="", db_default="")
    reply_to = models.CharField(_("reply address"), max_length=254, blank=True, default="", db_default="")
    # A sub-account's parent sees its name and creator only.
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    created_by = models.CharField(max_length=300, blank=True, default="", db_default="")
    # Security policies (S-6). They bind members in this organization only. 0 means no limit, or the platform's default.
    require_two_factor = models.CharField(max_length=8, choices=TwoFactorRule, default=TwoFactorRule.NO_ONE)
    two_factor_required_from = models.DateTimeField(null=True, blank=True)
    idle_minutes = models.PositiveIntegerField(default=0)
    sign_in_again_hours = models.PositiveIntegerField(default=0)
    max_sessions = models.PositiveSmallIntegerField(default=0)
    lockout_attempts = models.PositiveSmallIntegerField(default=0)
    password_min_length = models.PositiveSmallIntegerField(default=0)
    password_history = models.PositiveSmallIntegerField(default=0)
    allowed_ip_ranges = models.JSONField(default=list, blank=True)
    # Everyone who signed in before this time must sign in again to open this organization (S-5).
    sessions_ended_at = models.DateTimeField(default=NEVER)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Role(models.Model):
    """A named set of permissions.

    Built-in roles belong to no organization; their texts and permissions are in organizations.built_in_roles.
    Custom roles (R-3) belong to one organization; their texts and permissions are in the row.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, null=True, blank=True, related_name="roles")
    scheme = models.CharField(max_length=6, choices=Scheme)
    # The key of a custom role is its name after text.name_key().
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
        """The name to show. A built-in role's name is in the reader's language."""
        built_in = BUILT_IN_BY_ID.get(self.pk)
        return str(built_in.name) if built_in else self.name
