"""Reading which projects a member reaches, and by what."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from base import text
from base.lists.keyset import PAGE_SIZE, KeysetPage, keyset_page
from organizations.models import Membership, Project
from organizations.permissions import Permission
from organizations.queries.access import grants_of
from organizations.queries.roles import permissions_of_member

# So many ids are sent to the database as they are.
FEW_IDS = 2000
# Of a project's ways so many are named.
MOST_WAYS = 3


@dataclass
class Reached:
    """A project and how the member reaches it: directly, through groups, or (neither) by role."""

    project: Project
    direct: bool = False
    groups: list[str] = field(default_factory=list)

    @property
    def ways(self) -> str:
        """How, in words: "Direct, via Marketing", or "By role" where nobody gave it."""
        found = [_("Direct")] if self.direct else []
        found += [_("via %(group)s") % {"group": name} for name in self.groups]
        if len(found) > MOST_WAYS:
            found[MOST_WAYS:] = [_("and %(number)s more") % {"number": len(found) - MOST_WAYS}]
        return ", ".join(found) or _("By role")


def reachable(member: Membership, *, by_role: bool = True) -> QuerySet[Project]:
    """The projects that the member reaches: all of the organization's by role, else (or not `by_role`) those given.

    Asks one query where they are not all: a member with few is served by their ids, one with very many by walking
    the projects, since a planner that guesses wrong sorts a hundred thousand rows for fifty.
    """
    projects = Project.objects.filter(organization_id=member.organization_id, archived_at=None)
    if by_role and Permission.PROJECTS_VIEW_ALL in permissions_of_member(member):
        return projects
    direct, through = grants_of(member)
    ids = list(direct.values_list("project").union(through.values_list("project"))[: FEW_IDS + 1])
    if len(ids) <= FEW_IDS:
        return projects.filter(pk__in=[key for (key,) in ids])
    here = {"project": OuterRef("pk")}
    return projects.filter(Exists(direct.filter(**here)) | Exists(through.filter(**here)))


def project_page(
    member: Membership,
    projects: QuerySet[Project],
    *,
    search: str = "",
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> KeysetPage:
    """A page of `projects` (see reachable()) by name, as Reached: `after` or `before` a key, of names with `search`.
    Three queries."""
    if search:
        projects = projects.filter(name_key__contains=text.name_key(search))
    page = keyset_page(projects, "name_key", after=after, before=before, size=size)
    return replace(page, rows=_with_ways(member, page.rows)) if page.rows else page


def _with_ways(member: Membership, projects: list[Project]) -> list[Reached]:
    direct, through = (grants.filter(project__in=projects) for grants in grants_of(member))
    given = set(direct.values_list("project", flat=True))
    groups: dict[UUID, list[str]] = defaultdict(list)
    for project_id, name in through.order_by("group__name_key").values_list("project", "group__name"):
        groups[project_id].append(name)
    return [Reached(project, project.pk in given, groups[project.pk]) for project in projects]


def ways_of(member: Membership, project: Project) -> Reached:
    """How the member reaches one project: two queries."""
    return _with_ways(member, [project])[0]
