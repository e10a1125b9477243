"""Reading groups and projects, and who was given what: every function starts from an organization or a member."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from base.counting import Count
from organizations.models import Group, Membership, Organization, Project, ProjectGrant
from organizations.queries import raw

# The Groups page counts fifty groups. Up to 1,000 rows of each took 15 ms of database time at a million members; up to
# 100 takes 1.5 ms.
SIZE_CAP = 100
SIZES = """
SELECT found.id,
    (SELECT count(*) FROM (
        SELECT 1 FROM organizations_groupmembership AS link WHERE link.group_id = found.id LIMIT {cap}) AS members),
    (SELECT count(*) FROM (
        SELECT 1 FROM organizations_projectgrant AS given
        JOIN organizations_project AS project ON project.id = given.project_id AND project.archived_at IS NULL
        WHERE given.group_id = found.id LIMIT {cap}) AS projects)
FROM organizations_group AS found WHERE found.id IN ({groups})"""


def groups_in(organization: Organization, ids: Iterable[UUID] | None = None) -> QuerySet[Group]:
    """The organization's groups by name, or those of them among `ids`."""
    groups = Group.objects.filter(organization=organization).order_by("name_key", "id")
    return groups if ids is None else groups.filter(pk__in=list(ids))


def projects_in(organization: Organization, ids: Iterable[UUID] | None = None) -> QuerySet[Project]:
    """The organization's projects that are not archived, by name, or those of them among `ids`."""
    projects = Project.objects.filter(organization=organization, archived_at=None).order_by("name_key", "id")
    return projects if ids is None else projects.filter(pk__in=list(ids))


def archived_projects(organization: Organization) -> QuerySet[Project]:
    """The organization's projects that were put away."""
    return Project.objects.filter(organization=organization, archived_at__isnull=False).order_by("name_key", "id")


def project_in(organization: Organization, project_id: UUID) -> Project | None:
    """One project of the organization, archived or not; None for another's."""
    project = Project.objects.filter(organization=organization, pk=project_id).first()
    if project:
        project.organization = organization
    return project


def group_sizes(groups: Iterable[Group]) -> dict[UUID, tuple[Count, Count]]:
    """Members and projects of each of these groups, counted up to SIZE_CAP: one query, none without groups."""
    keys = [raw.adapt(group.pk) for group in groups]
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(SIZES.format(cap=SIZE_CAP + 1, groups=raw.places(keys)), keys)
        found = cursor.fetchall()
    return {raw.read(key): (Count(people, SIZE_CAP), Count(projects, SIZE_CAP)) for key, people, projects in found}


def projects_through_groups(organization: Organization, group_ids: Iterable[UUID]) -> dict[Project, list[Group]]:
    """The projects that these groups bring, each with the groups that bring it, by name (W-6)."""
    grants = (
        ProjectGrant.objects.filter(organization=organization, group__in=list(group_ids), project__archived_at=None)
        .select_related("project", "group")
        .order_by("project__name_key", "project_id", "group__name_key")
    )
    found: dict[Project, list[Group]] = defaultdict(list)
    for grant in grants:
        if grant.group:
            found[grant.project].append(grant.group)
    return dict(found)


def grants_of(member: Membership) -> tuple[QuerySet[ProjectGrant], QuerySet[ProjectGrant]]:
    """What was given to the member, and to their groups. Apart, because an OR over both reads the whole table;
    "group is not NULL" is said for the planner, whose indexes hold only those."""
    grants = ProjectGrant.objects.order_by()
    return (
        grants.filter(membership=member),
        grants.filter(group__isnull=False, group__member_links__membership=member),
    )


def given_projects(member: Membership) -> QuerySet[Project]:
    """The projects given to the member, directly or through groups, each once; what a role opens is not among them."""
    direct, through = grants_of(member)
    projects = Project.objects.filter(organization_id=member.organization_id, archived_at=None)
    return projects.filter(pk__in=direct.values("project").union(through.values("project")))


def reaches(member: Membership, project: Project) -> bool:
    """Whether the project was given to the member, directly or through a group."""
    return any(grants.filter(project=project).exists() for grants in grants_of(member))
