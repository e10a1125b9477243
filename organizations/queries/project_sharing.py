"""The people, groups and roles with access to a project. Pages by key, and never reads all members of a group."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from base.ids import parse_uuid
from base.lists.keyset import PAGE_SIZE, KeysetPage, keyset_page
from organizations.models import Group, GroupMembership, Membership, Organization, Project, ProjectGrant, Role
from organizations.permissions import Permission
from organizations.queries import sql
from organizations.queries.choices import matching_members
from organizations.queries.roles import roles_in
from organizations.roles import permissions_of

# Up to this many people are shown on one page, by name. More are paged, latest members first, because no index has
# them by name.
ONE_PAGE_LIMIT = 100
# Members of this many of a project's groups are merged into one list.
MAX_GROUPS = 200
# Up to this many search results are sent to the database as a list of ids.
MAX_FOUND_IDS = 1000

# Each source is read in the order of its own index and limited, so that merging them reads none of them completely.
DIRECT_MEMBERS = """
SELECT * FROM (
    SELECT membership_id FROM organizations_projectgrant
    WHERE project_id = %s AND membership_id IS NOT NULL{condition}
    ORDER BY membership_id {order} LIMIT {limit}) AS direct"""
GROUP_MEMBERS = """
SELECT * FROM (
    SELECT membership_id FROM organizations_groupmembership
    WHERE group_id = %s{condition} ORDER BY membership_id {order} LIMIT {limit}) AS through_group"""
MERGED_MEMBERS = """
SELECT membership_id FROM ({sources}) AS merged
GROUP BY membership_id ORDER BY membership_id {order} LIMIT {limit}"""


@dataclass
class MemberAccess:
    """A member with access to a project, and how they got it: directly, through groups, or both."""

    member: Membership
    direct: bool = False
    groups: list[str] = field(default_factory=list)

    @property
    def sources(self) -> str:
        """The sources of the access as text: "Direct, via Marketing"."""
        found = [_("Direct")] if self.direct else []
        return ", ".join(found + [_("via %(group)s") % {"group": name} for name in self.groups])


def groups_with_project(project: Project, *, after: str = "", before: str = "") -> KeysetPage:
    """Return a page of the groups that give access to the project, ordered by name. Runs one query."""
    groups = Group.objects.filter(organization=project.organization_id, project_links__project=project)
    return keyset_page(groups, "sort_name", "id", after=after, before=before)


def roles_with_all_projects(organization: Organization) -> list[Role]:
    """Return the roles that give access to all projects."""
    return [role for role in roles_in(organization) if Permission.PROJECTS_VIEW_ALL in permissions_of(role)]


def roles_managing_projects(organization: Organization) -> list[Role]:
    """Return the roles that can restore archived projects, and see them until then."""
    return [role for role in roles_in(organization) if Permission.PROJECTS_MANAGE in permissions_of(role)]


def people_with_project(
    project: Project, *, search: str = "", after: str = "", before: str = ""
) -> tuple[KeysetPage, bool]:
    """Return a page of MemberAccess for the project, and whether it is ordered by name.

    It is ordered by name if everyone fits on one page, otherwise latest members first. Each member appears once. Runs
    four queries, or five with a search.
    """
    groups = dict(
        Group.objects.filter(organization=project.organization_id, project_links__project=project)
        .order_by("sort_name", "id")
        .values_list("pk", "name")[:MAX_GROUPS]
    )
    before_id = parse_uuid(before)
    key, backwards = before_id or parse_uuid(after), before_id is not None
    limit = PAGE_SIZE + 1 if key else ONE_PAGE_LIMIT + 1
    condition = _condition(_search(project, search), key, backwards=backwards)
    ids = _member_ids(project, list(groups), condition, backwards=backwards, limit=limit)
    by_name = key is None and len(ids) <= ONE_PAGE_LIMIT
    page_ids = ids if by_name else ids[:PAGE_SIZE]
    people = _load(project, groups, page_ids[::-1] if backwards else page_ids, by_name=by_name)
    if by_name or not people:
        return KeysetPage(people), by_name
    more = len(ids) > PAGE_SIZE
    has_previous, has_next = (more, True) if backwards else (key is not None, more)
    first, last = str(people[0].member.pk), str(people[-1].member.pk)
    return KeysetPage(people, first if has_previous else "", last if has_next else ""), False


def member_ids_with_project(project: Project, *, limit: int) -> set[UUID]:
    """Return the ids of up to `limit` members who have the project directly or through one of its first groups."""
    groups = Group.objects.filter(organization=project.organization_id, project_links__project=project)
    group_ids = list(groups.order_by("sort_name", "id").values_list("pk", flat=True)[:MAX_GROUPS])
    return set(_member_ids(project, group_ids, ("", []), backwards=False, limit=limit))


def _search(project: Project, search: str) -> QuerySet | list[UUID] | None:
    """Return the ids of the members that match: a list if few, otherwise a queryset. None means all members."""
    if not search:
        return None
    people = matching_members(Membership.objects.filter(organization=project.organization_id), search)
    ids: QuerySet[Any, UUID] = people.order_by().values_list("pk", flat=True)  # type: ignore[assignment]
    few = list(ids[: MAX_FOUND_IDS + 1])
    return few if len(few) <= MAX_FOUND_IDS else ids


def _condition(found: QuerySet | list[UUID] | None, key: UUID | None, *, backwards: bool) -> tuple[str, list]:
    """Return the SQL condition, with its parameters, for the members in `found` on the page that starts at `key`."""
    condition, params = "", []
    if key:
        condition, params = f" AND membership_id {'>' if backwards else '<'} %s", [sql.adapt_uuid(key)]
    if isinstance(found, list):
        condition += f" AND membership_id IN ({sql.placeholders(found) or 'NULL'})"
        params += [sql.adapt_uuid(member_id) for member_id in found]
    elif found is not None:
        query, query_params = found.query.sql_with_params()
        condition, params = f"{condition} AND membership_id IN ({query})", [*params, *query_params]
    return condition, params


def _member_ids(
    project: Project, groups: list[UUID], condition: tuple[str, list], *, backwards: bool, limit: int
) -> list[UUID]:
    """Return the ids of the members in the order of the page, or in reverse order if it is read backwards."""
    condition_sql, condition_params = condition
    parts = {"condition": condition_sql, "order": "ASC" if backwards else "DESC", "limit": limit}
    sources = [(DIRECT_MEMBERS, project.pk), *((GROUP_MEMBERS, group_id) for group_id in groups)]
    union = " UNION ALL ".join(source.format(**parts) for source, _id in sources)
    params = [value for _source, source_id in sources for value in (sql.adapt_uuid(source_id), *condition_params)]
    with connection.cursor() as cursor:
        cursor.execute(MERGED_MEMBERS.format(sources=union, **parts), params)
        return [sql.convert_uuid(member_id) for (member_id,) in cursor.fetchall()]


def _load(project: Project, groups: dict[UUID, str], ids: list[UUID], *, by_name: bool) -> list[MemberAccess]:
    """Return the members with the sources of their access, in the order of `ids` or by name. Runs three queries."""
    members = Membership.objects.in_bulk(ids)
    people = {member_id: MemberAccess(members[member_id]) for member_id in ids if member_id in members}
    grants = ProjectGrant.objects.filter(project=project, membership__in=ids)
    for member_id in grants.values_list("membership", flat=True):
        people[member_id].direct = True
    group_names: dict[UUID, set[str]] = defaultdict(set)
    links = GroupMembership.objects.filter(group__in=groups, membership__in=ids)
    for member_id, group_id in links.values_list("membership", "group"):
        group_names[member_id].add(groups[group_id])
    for member_id, person in people.items():
        person.groups = sorted(group_names[member_id])
    listed = list(people.values())
    return sorted(listed, key=lambda person: (person.member.sort_name, person.member.pk)) if by_name else listed
