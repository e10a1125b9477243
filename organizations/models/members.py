"""A person's entry in one organization, from the invitation on."""

from datetime import UTC, datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from base import text
from base.ids import uuid7
from organizations.models.organization import Organization, Role

# Stands for "not yet" in columns that lists are sorted by: a sort key must not be NULL, or paging by key skips rows.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class Status(models.TextChoices):
    """What the database holds; expired is worked out from the clock (I-1)."""

    INVITED = "invited", _("Pending")
    ACTIVE = "active", _("Active")
    DEACTIVATED = "deactivated", _("Deactivated")


class ManagedBy(models.TextChoices):
    MANUAL = "manual", _("Manually managed")
    SCIM = "scim", _("Managed externally")


class Membership(models.Model):
    """A member. The user is empty until the invitation is accepted: an invitation makes no account.

    `sort_name`, `search_text` and `email_key` are worked out by save() and by prepare() for bulk writes.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="memberships", db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="memberships"
    )
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    email = models.CharField(max_length=254)
    email_key = models.CharField(max_length=254)
    # Compared by code points (migration 0014, which a change of its type has to say again).
    sort_name = models.CharField(max_length=500)
    search_text = models.CharField(max_length=1000)
    status = models.CharField(max_length=11, choices=Status, default=Status.INVITED)
    managed_by = models.CharField(max_length=6, choices=ManagedBy, default=ManagedBy.MANUAL)
    # Whether the user has a second factor: kept here because lists are filtered by it.
    two_factor = models.BooleanField(default=False)
    invited_by = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    roles = models.ManyToManyField(Role, through="MembershipRole", related_name="memberships")
    role_order = models.PositiveSmallIntegerField(default=100)
    invite_expires_at = models.DateTimeField(default=NEVER)
    joined_at = models.DateTimeField(default=NEVER)
    last_active_at = models.DateTimeField(default=NEVER)
    welcomed_at = models.DateTimeField(null=True, blank=True)
    # Which columns the member looks at on the two lists of the Users page, blank for the usual ones (U-5). Here because
    # every page loads its viewer's membership.
    columns = models.CharField(max_length=200, blank=True)
    pending_columns = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "email_key"], name="member_email"),
            models.UniqueConstraint(
                fields=["organization", "user"], condition=Q(user__isnull=False), name="member_user"
            ),
            models.CheckConstraint(
                condition=Q(status="invited", user=None) | (~Q(status="invited") & Q(user__isnull=False)),
                name="member_user_once_accepted",
            ),
        ]
        # One for each order that lists offer, the status before it: a list of several statuses merges their
        # entries (console.queries.members), so that seven orders and filters need five indexes and not fifteen.
        indexes = [
            models.Index(fields=["organization", "status", "sort_name", "id"], name="member_by_name"),
            models.Index(fields=["organization", "status", "role_order", "sort_name", "id"], name="member_by_role"),
            models.Index(fields=["organization", "status", "invite_expires_at", "id"], name="member_by_expiry"),
            models.Index(fields=["organization", "status", "last_active_at", "id"], name="member_by_activity"),
            models.Index(fields=["organization", "status", "joined_at", "id"], name="member_by_joining"),
            # For what is rare, and no page of a list meets; so few different entries take little room.
            models.Index(fields=["organization", "managed_by"], name="member_by_manager"),
            models.Index(fields=["organization", "two_factor"], name="member_by_two_factor"),
            # Whoever signs in is looked for among the invited of all organizations.
            models.Index(fields=["email_key"], condition=Q(status="invited"), name="member_awaited"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **options) -> None:
        self.prepare()
        if (fields := options.get("update_fields")) is not None:
            options["update_fields"] = {*fields, "email_key", "sort_name", "search_text"}
        super().save(*args, **options)

    def prepare(self) -> "Membership":
        """Works out the columns that lists sort and search by; returns itself, for bulk writes."""
        self.email_key = text.canonical_email(self.email)
        self.sort_name = text.fold(self.name)[:500]
        # The leading blank lets a short search match at the start of a word by trigrams.
        self.search_text = f" {self.sort_name} {text.fold(self.email)} {self.email_key}"[:1000]
        return self

    @property
    def name(self) -> str:
        """First and last name, or the address where there is neither."""
        return f"{self.first_name} {self.last_name}".strip() or self.email

    @property
    def is_expired(self) -> bool:
        """True for an invitation whose time is over by this machine's clock; accepting asks the database's."""
        return self.status == Status.INVITED and self.invite_expires_at <= timezone.now()

    @property
    def state(self) -> str:
        """One of active, pending, expired, deactivated (U-4)."""
        if self.status == Status.INVITED:
            return "expired" if self.is_expired else "pending"
        return self.status


class MembershipRole(models.Model):
    """A role that a member holds.

    Here and where groups and projects are given, what a member has is found by a hash index (migration 0008): two pages
    for each of a list's fifty members, however many there are, where a tree of a million takes four.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="role_links", db_index=False)
    role = models.ForeignKey(Role, models.RESTRICT, related_name="member_links", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["role", "membership"], name="member_role_once")]
        indexes = [models.Index(fields=["organization", "role", "membership"], name="member_role_by_role")]
