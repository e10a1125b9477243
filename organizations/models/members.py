"""Members: people in one organization, from the invitation on."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from base import text
from base.ids import uuid7
from base.names import full_name, is_family_first, short_name
from base.times import NEVER
from organizations.models.organization import Organization, Role


class Status(models.TextChoices):
    """The stored status. "Expired" is not stored: it is calculated from the clock (I-1)."""

    INVITED = "invited", _("Pending")
    ACTIVE = "active", _("Active")
    DEACTIVATED = "deactivated", _("Deactivated")


class ManagedBy(models.TextChoices):
    MANUAL = "manual", _("Manually managed")
    SCIM = "scim", _("Managed externally")


class Delivery(models.IntegerChoices):
    """What became of a pending member's latest invitation email (I-8), in the order of the Delivery column."""

    NONE = 0, _("No email")
    BOUNCED = 1, _("Bounced")
    FAILED = 2, _("Failed")
    DELAYED = 3, _("Delayed")  # the recipient's server wants it later, and the provider tries again
    QUEUED = 4, _("Queued")
    SENT = 5, _("Sent")
    DELIVERED = 6, _("Delivered")


DELIVERY_PROBLEMS = (Delivery.BOUNCED, Delivery.FAILED)


class TwoFactorMethod(models.TextChoices):
    """The second factors of a user who has one."""

    APP = "app", _("Authenticator app")
    PASSKEY = "passkey", _("Passkey")
    BOTH = "both", _("Authenticator app and passkey")


def search_columns(first_name: str, last_name: str, email: str, email_key: str) -> tuple[str, str]:
    """Return what Membership.sort_name and search_text are for a member with these names and address.

    Family-first names are found in both orders: "李娜" and "娜李". The leading space lets a short search match the
    start of a word with the trigram index.
    """
    sort_name = text.fold(full_name(first_name, last_name) or email)[:500]
    other_order = f" {text.fold(first_name + last_name)}" if is_family_first(first_name, last_name) else ""
    return sort_name, f" {sort_name} {text.fold(email)} {email_key}{other_order}"[:1000]


class Membership(models.Model):
    """A member of an organization.

    `user` is NULL until the invitation is accepted, because an invitation does not create an account. Members whom an
    identity provider manages are active without a user until they first sign in: SCIM never touches accounts.

    save() sets `sort_name`, `search_text` and `email_key`; bulk writes must call prepare().
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
    # Sorted by code points. Migration 0014 sets the collation; a migration that changes the type must set it again.
    sort_name = models.CharField(max_length=500)
    search_text = models.CharField(max_length=1000)
    status = models.CharField(max_length=11, choices=Status, default=Status.INVITED)
    managed_by = models.CharField(max_length=6, choices=ManagedBy, default=ManagedBy.MANUAL)
    # An Admin who may still sign in with password and second factor while single sign-on is enforced (O-4).
    is_break_glass = models.BooleanField(default=False, db_default=False)
    # Whether the user has a second factor. Stored here because lists filter by it.
    two_factor = models.BooleanField(default=False)
    two_factor_method = models.CharField(max_length=7, choices=TwoFactorMethod, blank=True)
    two_factor_reminded_at = models.DateTimeField(default=NEVER)
    # Sessions that signed in before this time must sign in again to open this organization (S-5).
    sessions_ended_at = models.DateTimeField(default=NEVER)
    invited_by = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    roles = models.ManyToManyField(Role, through="MembershipRole", related_name="memberships")
    role_order = models.PositiveSmallIntegerField(default=100)
    invite_expires_at = models.DateTimeField(default=NEVER)
    # The latest invitation email of a pending member. Stored here because lists sort and filter by both.
    invite_sent_at = models.DateTimeField(default=NEVER, db_default=NEVER)
    invite_delivery = models.SmallIntegerField(choices=Delivery, default=Delivery.NONE, db_default=Delivery.NONE)
    joined_at = models.DateTimeField(default=NEVER)
    last_active_at = models.DateTimeField(default=NEVER)
    welcomed_at = models.DateTimeField(null=True, blank=True)
    # The columns that the member chose for the two lists on the Users page, blank for the default ones (U-5). Stored
    # here because every page loads the membership of its viewer.
    columns = models.CharField(max_length=200, blank=True)
    pending_columns = models.CharField(max_length=200, blank=True)
    # The first tasks that the member has done, by key, and whether they hid the list.
    tasks_done = models.JSONField(default=list, blank=True, db_default=[])
    tasks_hidden = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    # The AccessKey that a request to the API is made with, which limits the permissions (queries.acting_member).
    access_key: Any = None

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "email_key"], name="member_email"),
            models.UniqueConstraint(
                fields=["organization", "user"], condition=Q(user__isnull=False), name="member_user"
            ),
            models.CheckConstraint(
                condition=Q(status="invited", user=None)
                | (~Q(status="invited") & (Q(user__isnull=False) | Q(managed_by="scim"))),
                name="member_user_once_accepted",
            ),
        ]
        # One index per sort order, starting with the status. A list of several statuses merges one slice per status,
        # so seven sort orders and filters need five indexes instead of fifteen.
        indexes = [
            models.Index(fields=["organization", "status", "sort_name", "id"], name="member_by_name"),
            models.Index(fields=["organization", "status", "role_order", "sort_name", "id"], name="member_by_role"),
            models.Index(fields=["organization", "status", "invite_expires_at", "id"], name="member_by_expiry"),
            models.Index(fields=["organization", "status", "last_active_at", "id"], name="member_by_activity"),
            models.Index(fields=["organization", "status", "joined_at", "id"], name="member_by_joining"),
            # Only pending members have an invitation, so these two contain no others.
            models.Index(
                fields=["organization", "invite_sent_at", "id"], condition=Q(status="invited"), name="member_by_sending"
            ),
            models.Index(
                fields=["organization", "invite_delivery", "invite_sent_at", "id"],
                condition=Q(status="invited"),
                name="member_by_delivery",
            ),
            # For filters that match few members. With few distinct values, these indexes are small.
            models.Index(fields=["organization", "managed_by"], name="member_by_manager"),
            models.Index(fields=["organization", "two_factor", "two_factor_method"], name="member_by_method"),
            # For the list of members without a second factor: those who were never reminded come first (S-11).
            models.Index(
                fields=["organization", "status", "two_factor_reminded_at", "role_order", "id"],
                condition=Q(two_factor=False),
                name="member_without_two_factor",
            ),
            # At sign-in, pending invitations of all organizations are searched for the user's email.
            models.Index(fields=["email_key"], condition=Q(status="invited"), name="member_awaited"),
            # The same for members whom an identity provider created, and who have never signed in.
            models.Index(fields=["email_key"], condition=Q(status="active", user=None), name="member_provisioned"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **options) -> None:
        self.prepare()
        if (fields := options.get("update_fields")) is not None:
            options["update_fields"] = {*fields, "email", "email_key", "sort_name", "search_text"}
        super().save(*args, **options)

    def prepare(self) -> "Membership":
        """Set the columns that lists sort and search by, and clean the address. Return self, for bulk writes."""
        self.email = text.strip_hidden(self.email)
        self.email_key = text.canonical_email(self.email)
        self.sort_name, self.search_text = search_columns(self.first_name, self.last_name, self.email, self.email_key)
        return self

    @property
    def name(self) -> str:
        """The full name in the order of its script, or the email address if there is none."""
        return full_name(self.first_name, self.last_name) or self.email

    @property
    def short_name(self) -> str:
        """The name to greet the member by, "" if there is none."""
        return short_name(self.first_name, self.last_name)

    @property
    def is_expired(self) -> bool:
        """Whether a pending invitation has expired by this server's clock. Accepting uses the database's clock."""
        return self.status == Status.INVITED and self.invite_expires_at <= timezone.now()

    @property
    def state(self) -> str:
        """One of active, pending, expired, deactivated (U-4)."""
        if self.status == Status.INVITED:
            return "expired" if self.is_expired else "pending"
        return self.status


class MembershipRole(models.Model):
    """A role that was given to a member directly.

    This table, group memberships and project grants have a hash index on the member (migration 0008). For each of the
    50 members on a list page it reads two database pages, where a B-tree of a million rows reads four.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="role_links", db_index=False)
    role = models.ForeignKey(Role, models.RESTRICT, related_name="member_links", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["role", "membership"], name="member_role_once")]
        indexes = [models.Index(fields=["organization", "role", "membership"], name="member_role_by_role")]
