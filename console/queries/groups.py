"""What the Groups pages show, by key and never all members of a group."""

from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from base import text
from base.counting import Count, capped_count
from base.lists.keyset import KeysetPage, keyset_page
from console.users.details import load_details
from console.users.filters import UsersContext
from organizations.models import Group, GroupMembership, ManagedBy, Membership, Organization, Project, Role, Status
from organizations.queries import group_sizes, groups_in, matching_members, projects_in, sql

# A row shows so many faces.
FACES = 4
# So many members fit on one page, by name; a larger group pages, newest first, because no index has its names in order.
FITS = 100
# A search that finds fewer members of the organization looks which of them are in the group.
FEW_FOUND = 1000
# In a group up to this size it is told who of it is pending, and who keeps projects without it.
SMALL = 1000

# The newest few of each group: limited apart, so that no group is read as a whole.
NEWEST = """
SELECT * FROM (
    SELECT group_id, membership_id, id FROM organizations_groupmembership
    WHERE group_id = %s ORDER BY id DESC LIMIT {faces}
) AS newest"""
PEOPLE = """
SELECT few.group_id, person.first_name, person.last_name, person.email, person.status
FROM ({newest}) AS few JOIN organizations_membership AS person ON person.id = few.membership_id
ORDER BY few.id DESC"""


@dataclass
class GroupRow:
    """A group as the list shows it."""

    group: Group
    members: Count = field(default_factory=lambda: Count(0))
    projects: Count = field(default_factory=lambda: Count(0))
    faces: list[Membership] = field(default_factory=list)


def group_page(
    organization: Organization, *, search: str = "", managed_by: str = "", after: str = "", before: str = ""
) -> KeysetPage:
    """Groups by name, as GroupRows: three queries, one where there are none."""
    groups = groups_in(organization)
    if managed_by in ManagedBy.values:
        groups = groups.filter(managed_by=managed_by)
    if search:
        groups = groups.filter(name_key__contains=text.name_key(search))
    page = keyset_page(groups, "name_key", after=after, before=before)
    return KeysetPage(_rows(page.rows), page.previous, page.next)


def _rows(groups: list[Group]) -> list[GroupRow]:
    rows = {group.pk: GroupRow(group) for group in groups}
    if not rows:
        return []
    for key, (members, projects) in group_sizes(groups).items():
        rows[key].members, rows[key].projects = members, projects
    keys = [sql.adapt_uuid(key) for key in rows]
    with connection.cursor() as cursor:
        newest = " UNION ALL ".join([NEWEST.format(faces=FACES)] * len(keys))
        cursor.execute(PEOPLE.format(newest=newest), keys)
        for key, first_name, last_name, email, status in cursor.fetchall():
            person = Membership(first_name=first_name, last_name=last_name, email=email, status=status)
            rows[sql.convert_uuid(key)].faces.append(person)
    return list(rows.values())


def group_in(organization: Organization, group_id: UUID) -> Group | None:
    """One group of the organization, None for another's."""
    group = groups_in(organization).filter(pk=group_id).first()
    if group:
        group.organization = organization
    return group


def _links(group: Group, search: str) -> QuerySet[GroupMembership]:
    links = GroupMembership.objects.filter(group=group).select_related("membership")
    if not search:
        return links
    people = matching_members(Membership.objects.filter(organization=group.organization_id), search)
    found = list(people.order_by().values_list("pk", flat=True)[: FEW_FOUND + 1])
    if len(found) <= FEW_FOUND:
        return links.filter(membership__in=found)
    # What is common in the organization is met soon on the way through the group.
    return links.filter(membership__in=people)


def group_members(group: Group, *, search: str = "", after: str = "", before: str = "") -> tuple[KeysetPage, bool]:
    """The group's links to members, each with its roles; and whether they are by name, which they are where they fit
    on one page, else newest first. Three queries, four for a search; one less further on."""
    links, named = _links(group, search), False
    if not (after or before):
        # By their keys alone: of those who do not fit, nothing else is needed.
        keys = list(links.order_by("-id").values_list("pk", flat=True)[: FITS + 1])
        named = len(keys) <= FITS
    if named:
        page = KeysetPage(list(links.filter(pk__in=keys).order_by("membership__sort_name", "membership_id")))
    else:
        page = keyset_page(links, "id", after=after, before=before, descending=True)
    roles = UsersContext.load(group.organization).roles
    load_details(group.organization, [link.membership for link in page.rows], roles)
    return page, named


def group_projects(group: Group, *, after: str = "", before: str = "") -> KeysetPage:
    """The projects that the group brings, by name: one query."""
    projects = projects_in(group.organization).filter(grants__group=group)
    return keyset_page(projects, "name_key", after=after, before=before)


@dataclass(frozen=True)
class Sizes:
    """Members and projects of a group; `pending` of its members is None where the group is too large to look."""

    members: Count
    projects: Count
    pending: int | None


def sizes_of(group: Group) -> Sizes:
    """Three queries at most, none of which reads further than it counts."""
    links = GroupMembership.objects.filter(group=group)
    members = capped_count(links)
    projects = capped_count(projects_in(group.organization).filter(grants__group=group))
    few = members.value <= SMALL
    pending = links.filter(membership__status=Status.INVITED).count() if few else None
    return Sizes(members, projects, pending)


@dataclass(frozen=True)
class Loss:
    """What deleting a group takes: projects and roles; `keep` are members who reach some of these projects without it
    (None where the group is too large to look), with the number of them beyond those named."""

    sizes: Sizes
    projects: list[Project]
    roles: list[Role]
    keep: list[Membership] | None
    keep_more: int = 0


NAMED = 5


def loss_of(group: Group, roles: list[Role]) -> Loss:
    """A preview of deleting the group, which carries `roles`."""
    sizes = sizes_of(group)
    projects = list(projects_in(group.organization).filter(grants__group=group)[: NAMED + 1])
    if sizes.members.value > SMALL:
        return Loss(sizes, projects, roles, None)
    keep = _keepers(group)
    return Loss(sizes, projects, roles, keep[:NAMED], max(len(keep) - NAMED, 0))


def _keepers(group: Group) -> list[Membership]:
    """Members of the group who reach a project of it directly or through another group."""
    projects = projects_in(group.organization).filter(grants__group=group).order_by()
    if not projects.exists():
        return []
    members = Membership.objects.filter(group_links__group=group)
    others = GroupMembership.objects.filter(membership__group_links__group=group).exclude(group=group)
    through = others.filter(group__project_links__project__in=projects).values_list("membership", flat=True)
    direct = members.filter(project_links__project__in=projects).values_list("pk", flat=True)
    return list(members.filter(pk__in={*through, *direct}).order_by("sort_name", "pk"))
