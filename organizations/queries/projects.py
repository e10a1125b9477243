"""Queries for projects and project access. Each function starts from an organization or a member."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from organizations.models import Group, Membership, Organization, Project, ProjectGrant


def projects_in(organization: Organization, ids: Iterable[UUID] | None = None) -> QuerySet[Project]:
    """Return the organization's projects that aren't archived, ordered by name and limited to `ids` if given."""
    projects = Project.objects.filter(organization=organization, archived_at=None).order_by("sort_name", "id")
    return projects if ids is None else projects.filter(pk__in=list(ids))


def archived_projects(organization: Organization) -> QuerySet[Project]:
    """Return the organization's archived projects, ordered by name."""
    return Project.objects.filter(organization=organization, archived_at__isnull=False).order_by("sort_name", "id")


def project_in(organization: Organization, project_id: UUID) -> Project | None:
    """Return a project of the organization, archived or not. Return None if it belongs to another one."""
    project = Project.objects.filter(organization=organization, pk=project_id).first()
    if project:
        project.organization = organization
    return project


def projects_through_groups(organization: Organization, group_ids: Iterable[UUID]) -> dict[Project, list[Group]]:
    """Return the projects of these groups, ordered by name, each with the groups that give access to it (W-6)."""
    grants = (
        ProjectGrant.objects.filter(organization=organization, group__in=list(group_ids), project__archived_at=None)
        .select_related("project", "group")
        .order_by("project__sort_name", "project_id", "group__sort_name")
    )
    groups_by_project: dict[Project, list[Group]] = defaultdict(list)
    for grant in grants:
        if grant.group:
            groups_by_project[grant.project].append(grant.group)
    return dict(groups_by_project)


def grants_of(member: Membership) -> tuple[QuerySet[ProjectGrant], QuerySet[ProjectGrant]]:
    """Return the member's direct grants, and the grants of their groups.

    These are two querysets because an OR over both reads the whole table. "group is not NULL" is there for the planner:
    the index on groups contains only those rows.
    """
    grants = ProjectGrant.objects.order_by()
    return (
        grants.filter(membership=member),
        grants.filter(group__isnull=False, group__member_links__membership=member),
    )


def granted_projects(member: Membership) -> QuerySet[Project]:
    """Return the projects that the member was given, directly or through groups, without duplicates.

    Projects that are accessible only by role are not included.
    """
    direct, through_groups = grants_of(member)
    projects = Project.objects.filter(organization_id=member.organization_id, archived_at=None)
    return projects.filter(pk__in=direct.values("project").union(through_groups.values("project")))


def has_project_grant(member: Membership, project: Project) -> bool:
    """Return whether the member was given the project, directly or through a group."""
    return any(grants.filter(project=project).exists() for grants in grants_of(member))
