"""The projects that a member can access, and what gives the access."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from base.lists.keyset import PAGE_SIZE, KeysetPage, keyset_page
from organizations.models import Membership, Project
from organizations.permissions import Permission
from organizations.queries.choices import matching_names
from organizations.queries.projects import grants_of
from organizations.queries.roles import permissions_of_member

# Up to this many ids are sent to the database as a list.
MAX_IDS = 2000
# The number of sources that are named for a project.
MAX_SOURCES = 3


@dataclass
class ProjectAccess:
    """A project, and how a member can access it: directly, through groups, or (if neither) by role."""

    project: Project
    direct: bool = False
    groups: list[str] = field(default_factory=list)

    @property
    def sources(self) -> str:
        """The sources of the access as text: "Direct, via Marketing", or "By role"."""
        found = [_("Direct")] if self.direct else []
        found += [_("via %(group)s") % {"group": name} for name in self.groups]
        if len(found) > MAX_SOURCES:
            found[MAX_SOURCES:] = [_("and %(number)s more") % {"number": len(found) - MAX_SOURCES}]
        return ", ".join(found) or _("By role")


def accessible_projects(member: Membership, *, by_role: bool = True) -> QuerySet[Project]:
    """Return the projects that the member can access.

    These are all projects of the organization if a role gives access to them. Otherwise, or if `by_role` is False,
    they are those given to the member or to their groups, which takes one query: a member with few projects gets a list
    of ids. For a member with very many, each project is checked, because a planner that guesses wrong sorts 100,000
    rows to return 50.
    """
    projects = Project.objects.filter(organization_id=member.organization_id, archived_at=None)
    if by_role and Permission.PROJECTS_VIEW_ALL in permissions_of_member(member):
        return projects
    direct, through_groups = grants_of(member)
    ids = list(direct.values_list("project").union(through_groups.values_list("project"))[: MAX_IDS + 1])
    if len(ids) <= MAX_IDS:
        return projects.filter(pk__in=[key for (key,) in ids])
    same_project = {"project": OuterRef("pk")}
    return projects.filter(Exists(direct.filter(**same_project)) | Exists(through_groups.filter(**same_project)))


def project_page(
    member: Membership,
    projects: QuerySet[Project],
    *,
    search: str = "",
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> KeysetPage:
    """Return a page of `projects` ordered by name, with rows of ProjectAccess. Runs three queries.

    `projects` comes from accessible_projects(). `after` or `before` is a page key. `search` is a part of the name.
    """
    if search:
        projects = matching_names(projects, search)
    page = keyset_page(projects, "sort_name", "id", after=after, before=before, size=size)
    return replace(page, rows=_with_sources(member, page.rows)) if page.rows else page


def project_access_of(member: Membership, project: Project) -> ProjectAccess:
    """Return how the member can access one project. Runs two queries."""
    return _with_sources(member, [project])[0]


def _with_sources(member: Membership, projects: list[Project]) -> list[ProjectAccess]:
    direct, through_groups = (grants.filter(project__in=projects) for grants in grants_of(member))
    direct_ids = set(direct.values_list("project", flat=True))
    groups: dict[UUID, list[str]] = defaultdict(list)
    for project_id, name in through_groups.order_by("group__sort_name").values_list("project", "group__name"):
        groups[project_id].append(name)
    return [ProjectAccess(project, project.pk in direct_ids, groups[project.pk]) for project in projects]
