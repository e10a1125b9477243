"""Groups, their members and their roles."""

from django.db import models

from organizations.models.members import ManagedBy, Membership
from organizations.models.named import NamedModel
from organizations.models.organization import Organization, Role


class Group(NamedModel):
    """A set of members. Each of them gets the group's project access and its roles, if it has any."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="groups", db_index=False)
    managed_by = models.CharField(max_length=6, choices=ManagedBy, default=ManagedBy.MANUAL)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "name_key"], name="group_name")]
        indexes = [
            models.Index(fields=["organization", "sort_name", "id"], name="group_by_name"),
            models.Index(fields=["organization", "managed_by", "sort_name", "id"], name="group_by_manager_and_name"),
            # For the previous release, which sorts by name_key.
            models.Index(fields=["organization", "managed_by", "name_key"], name="group_by_manager"),
        ]


class GroupMembership(models.Model):
    """A member in a group. Pending members can be in groups too (G-3)."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    group = models.ForeignKey(Group, models.CASCADE, related_name="member_links", db_index=False)
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="group_links", db_index=False)
    # NULL for members who were in the group before this column existed.
    created_at = models.DateTimeField(auto_now_add=True, null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "membership"], name="group_member_once")]
        # Ids are increasing, so a group of a million members is paged by key, newest first.
        indexes = [models.Index(fields=["group", "id"], name="group_member_by_entry")]


class GroupRole(models.Model):
    """A role that members hold for as long as they are in the group (G-4)."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", db_index=False)
    group = models.ForeignKey(Group, models.CASCADE, related_name="role_links", db_index=False)
    role = models.ForeignKey(Role, models.RESTRICT, related_name="group_links", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "role"], name="group_role_once")]
        indexes = [models.Index(fields=["organization", "role", "group"], name="group_role_by_role")]
