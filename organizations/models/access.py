"""Groups and projects, and who reaches which project by what."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from base import text
from base.ids import uuid7
from organizations.models.members import ManagedBy, Membership
from organizations.models.organization import Organization, Role


class Named(models.Model):
    """Something with a name that is unique in its organization, whatever its case or Unicode form."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=100)
    name_key = models.CharField(max_length=400)
    description = models.CharField(_("description"), max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **options) -> None:
        self.prepare()
        super().save(*args, **options)

    def prepare(self):
        """Works out the key that makes the name unique; returns itself, for bulk writes."""
        self.name_key = text.name_key(self.name)[:400]
        return self


class Group(Named):
    """A set of members that brings project access, and roles if it carries any, to each of them."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="groups", db_index=False)
    managed_by = models.CharField(max_length=6, choices=ManagedBy, default=ManagedBy.MANUAL)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "name_key"], name="group_name")]
        indexes = [models.Index(fields=["organization", "managed_by", "name_key"], name="group_by_manager")]


class GroupMembership(models.Model):
    """A member, pending or not (G-3), in a group."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    group = models.ForeignKey(Group, models.CASCADE, related_name="member_links", db_index=False)
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="group_links", db_index=False)
    # Unknown for who was in the group before this was kept.
    created_at = models.DateTimeField(auto_now_add=True, null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "membership"], name="group_member_once")]
        # Ids grow: newest first, by key, in a group of a million.
        indexes = [models.Index(fields=["group", "id"], name="group_member_by_entry")]


class GroupRole(models.Model):
    """A role that a group's members hold while they are in it (G-4)."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    group = models.ForeignKey(Group, models.CASCADE, related_name="role_links", db_index=False)
    role = models.ForeignKey(Role, models.RESTRICT, related_name="group_links", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "role"], name="group_role_once")]
        indexes = [models.Index(fields=["organization", "role", "group"], name="group_role_by_role")]


class Project(Named):
    """A place of work. Archived ones are out of every list and count."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="projects", db_index=False)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "name_key"], name="project_name")]
        # Lists leave these out by it: there are few.
        indexes = [
            models.Index(fields=["organization", "id"], condition=Q(archived_at__isnull=False), name="project_archived")
        ]


class ProjectGrant(models.Model):
    """Access to a project, given to one member directly or to a group."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="grants", db_index=False)
    membership = models.ForeignKey(
        Membership, models.CASCADE, null=True, blank=True, related_name="project_links", db_index=False
    )
    group = models.ForeignKey(
        Group, models.CASCADE, null=True, blank=True, related_name="project_links", db_index=False
    )

    class Meta:
        indexes = [
            models.Index(fields=["group", "project"], condition=Q(group__isnull=False), name="grant_by_group"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(membership__isnull=False, group=None) | Q(membership=None, group__isnull=False),
                name="grant_to_one",
            ),
            models.UniqueConstraint(
                fields=["project", "membership"], condition=Q(membership__isnull=False), name="grant_member_once"
            ),
            models.UniqueConstraint(
                fields=["project", "group"], condition=Q(group__isnull=False), name="grant_group_once"
            ),
        ]
