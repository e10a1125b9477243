"""Who reaches a project, and by what: by key, and never all members of its groups."""

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
from organizations.queries import raw
from organizations.queries.picking import matching_members
from organizations.queries.roles import roles_in
from organizations.roles import permissions_of

# So many people fit on one page, by name; more are paged, latest members first, because no index has them by name.
FITS = 100
# The people of so many of a project's groups are merged into one list.
MOST_GROUPS = 200
FEW_FOUND = 1000

# Each source in the order of an index of its own, limited apart: they are merged, and none is read as a whole.
DIRECT = """
SELECT * FROM (
    SELECT membership_id FROM organizations_projectgrant
    WHERE project_id = %s AND membership_id IS NOT NULL{where}
    ORDER BY membership_id {order} LIMIT {limit}) AS direct"""
THROUGH = """
SELECT * FROM (
    SELECT membership_id FROM organizations_groupmembership
    WHERE group_id = %s{where} ORDER BY membership_id {order} LIMIT {limit}) AS through"""
MERGED = """
SELECT membership_id FROM ({sources}) AS merged
GROUP BY membership_id ORDER BY membership_id {order} LIMIT {limit}"""


@dataclass
class Person:
    """Somebody who was given a project, directly or through groups."""

    member: Membership
    direct: bool = False
    groups: list[str] = field(default_factory=list)

    @property
    def ways(self) -> str:
        """How, in words."""
        found = [_("Direct")] if self.direct else []
        return ", ".join(found + [_("via %(group)s") % {"group": name} for name in self.groups])


def groups_with_project(project: Project, *, after: str = "", before: str = "") -> KeysetPage:
    """The groups that bring the project, by name: one query."""
    groups = Group.objects.filter(organization=project.organization_id, project_links__project=project)
    return keyset_page(groups, "name_key", after=after, before=before)


def roles_with_every_project(organization: Organization) -> list[Role]:
    """The roles that open every project."""
    return [role for role in roles_in(organization) if Permission.PROJECTS_VIEW_ALL in permissions_of(role)]


def people_with_project(
    project: Project, *, search: str = "", after: str = "", before: str = ""
) -> tuple[KeysetPage, bool]:
    """Persons whom the project was given to, each once; and whether they are by name, which they are where they fit on
    one page, else latest members first. Four queries, five for a search."""
    groups = dict(
        Group.objects.filter(organization=project.organization_id, project_links__project=project)
        .order_by("name_key")
        .values_list("pk", "name")[:MOST_GROUPS]
    )
    back = parse_uuid(before)
    bound, backwards = back or parse_uuid(after), back is not None
    limit = PAGE_SIZE + 1 if bound else FITS + 1
    ids = _ids(project, list(groups), _people(project, search), bound, backwards=backwards, limit=limit)
    named = bound is None and len(ids) <= FITS
    shown = ids if named else ids[:PAGE_SIZE]
    people = _persons(project, groups, shown[::-1] if backwards else shown, named=named)
    if named or not people:
        return KeysetPage(people), named
    more = len(ids) > PAGE_SIZE
    earlier, later = (more, True) if backwards else (bound is not None, more)
    first, last = str(people[0].member.pk), str(people[-1].member.pk)
    return KeysetPage(people, first if earlier else "", last if later else ""), False


def _people(project: Project, search: str) -> QuerySet | list[UUID] | None:
    """Whom a search leaves: their ids where they are few, else how to find them; None for everybody."""
    if not search:
        return None
    people = matching_members(Membership.objects.filter(organization=project.organization_id), search)
    keys: QuerySet[Any, UUID] = people.order_by().values_list("pk", flat=True)  # type: ignore[assignment]
    few = list(keys[: FEW_FOUND + 1])
    return few if len(few) <= FEW_FOUND else keys


def _where(among: QuerySet | list[UUID] | None, bound: UUID | None, *, backwards: bool) -> tuple[str, list]:
    where, values = "", []
    if bound:
        where, values = f" AND membership_id {'>' if backwards else '<'} %s", [raw.adapt(bound)]
    if isinstance(among, list):
        where += f" AND membership_id IN ({raw.places(among) or 'NULL'})"
        values += [raw.adapt(key) for key in among]
    elif among is not None:
        query, params = among.query.sql_with_params()
        where, values = f"{where} AND membership_id IN ({query})", [*values, *params]
    return where, values


def _ids(
    project: Project,
    groups: list[UUID],
    among: QuerySet | list[UUID] | None,
    bound: UUID | None,
    *,
    backwards: bool,
    limit: int,
) -> list[UUID]:
    """The members in the order of the page, or against it where that is read backwards."""
    where, values = _where(among, bound, backwards=backwards)
    parts = {"where": where, "order": "ASC" if backwards else "DESC", "limit": limit}
    sources = [(DIRECT, project.pk), *((THROUGH, group) for group in groups)]
    query = MERGED.format(sources=" UNION ALL ".join(sql.format(**parts) for sql, _key in sources), **parts)
    params = [value for _sql, key in sources for value in (raw.adapt(key), *values)]
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return [raw.read(key) for (key,) in cursor.fetchall()]


def _persons(project: Project, groups: dict[UUID, str], ids: list[UUID], *, named: bool) -> list[Person]:
    """In the order of `ids`, or by name; with the ways that lead there: three queries."""
    found = Membership.objects.in_bulk(ids)
    people = {key: Person(found[key]) for key in ids if key in found}
    grants = ProjectGrant.objects.filter(project=project, membership__in=ids)
    for key in grants.values_list("membership", flat=True):
        people[key].direct = True
    through: dict[UUID, set[str]] = defaultdict(set)
    links = GroupMembership.objects.filter(group__in=groups, membership__in=ids)
    for key, group in links.values_list("membership", "group"):
        through[key].add(groups[group])
    for key, person in people.items():
        person.groups = sorted(through[key])
    shown = list(people.values())
    return sorted(shown, key=lambda person: (person.member.sort_name, person.member.pk)) if named else shown
