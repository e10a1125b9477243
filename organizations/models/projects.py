"""Projects, and who was given access to them."""

from django.db import models
from django.db.models import Q

from organizations.models.groups import Group
from organizations.models.members import Membership
from organizations.models.named import NamedModel
from organizations.models.organization import Organization


class Project(NamedModel):
    """A project. Archived projects appear in no list and no count."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="projects", db_index=False)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "name_key"], name="project_name")]
        # Lists use the second index to exclude archived projects. There are few of them.
        indexes = [
            models.Index(fields=["organization", "sort_name", "id"], name="project_by_name"),
            models.Index(
                fields=["organization", "id"], condition=Q(archived_at__isnull=False), name="project_archived"
            ),
        ]


class ProjectGrant(models.Model):
    """Access to a project, given to one member directly or to one group."""

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
