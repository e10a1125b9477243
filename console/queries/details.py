"""What stands beside a page's members: roles, groups, projects, who invited them. One query for all of it."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection

from console.queries import sql
from organizations.models import Membership, Organization, Role
from organizations.queries import Through, raw, remember_roles

# Each part gives: kind, member, thing, two texts and a number. `mine` are the members' groups, looked up once.
MINE = """WITH mine AS MATERIALIZED (
    SELECT membership_id, group_id FROM organizations_groupmembership WHERE membership_id {members}
)"""
# The id, which no index but the key has, keeps PostgreSQL 18 from looking each member up behind every role of the index
# (role, member), three pages each: by the hash index it is two.
ROLES = """
SELECT 'role' AS kind, link.membership_id AS member, role.id AS thing, role.name AS label,
       CAST(role.permissions AS text) AS detail, role.rank AS number
FROM organizations_membershiprole AS link JOIN organizations_role AS role ON role.id = link.role_id
WHERE link.membership_id {members} AND link.id > 0"""
# A role that a group carries, once for each group: who is in it says 'group'.
CARRIED = """
SELECT 'carried', carried.group_id, role.id, role.name, CAST(role.permissions AS text), role.rank
FROM organizations_grouprole AS carried JOIN organizations_role AS role ON role.id = carried.role_id
WHERE carried.group_id IN (SELECT group_id FROM mine)"""
GROUPS = """
SELECT 'group', mine.membership_id, mine.group_id, found.name, found.name_key, 0
FROM mine JOIN organizations_group AS found ON found.id = mine.group_id"""
# UNION counts a project once that comes directly and through groups; archived ones, which are few, are out of every
# count: looking each project up would take a thousand pages.
PROJECTS = """
SELECT 'projects', reached.member, NULL, NULL, NULL, count(*)
FROM (
    SELECT membership_id AS member, project_id AS project
    FROM organizations_projectgrant WHERE membership_id {members}
    UNION
    SELECT mine.membership_id, given.project_id
    FROM mine JOIN organizations_projectgrant AS given
    ON given.group_id = mine.group_id AND given.group_id IS NOT NULL
) AS reached
WHERE reached.project NOT IN (
    SELECT id FROM organizations_project WHERE organization_id = %s AND archived_at IS NOT NULL
)
GROUP BY reached.member"""
INVITERS = """
SELECT 'inviter', id, NULL, COALESCE(NULLIF(TRIM(first_name || ' ' || last_name), ''), email), NULL, 0
FROM organizations_membership WHERE id {inviters} AND organization_id = %s"""


@dataclass
class Details:
    """By member's id: names of groups in order, number of projects; by inviter's id: their name. `rest`: rows that
    stand for no member, of what else was asked for."""

    groups: dict[UUID, list[str]] = field(default_factory=lambda: defaultdict(list))
    projects: dict[UUID, int] = field(default_factory=dict)
    inviters: dict[UUID, str] = field(default_factory=dict)
    rest: list[tuple] = field(default_factory=list)


Also = tuple[str, sql.Params]


def _select(
    organization: Organization, members: list[Membership], inviters: set[UUID], also: Also | None
) -> list[tuple]:
    among, keys = sql.among([member.pk for member in members])
    query = MINE + " UNION ALL ".join([ROLES, CARRIED, GROUPS, PROJECTS])
    query, params = query.format(members=among), [*keys * 3, sql.owner(organization)]
    if inviters:
        among, names = sql.among(list(inviters))
        query += " UNION ALL " + INVITERS.format(inviters=among)
        params += [*names, sql.owner(organization)]
    if also:
        query, params = f"{query} UNION ALL {also[0]}", [*params, *also[1]]
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return cursor.fetchall()


class _Sorting:
    """Sorts the rows of the query by what they say."""

    def __init__(self) -> None:
        self.roles: dict[UUID, list[Role]] = defaultdict(list)
        self.carried: dict[UUID, list[Role]] = defaultdict(list)
        # Of each member: the groups' keys by which they are ordered, their names and ids.
        self.groups: dict[UUID, list[tuple[str, str, UUID]]] = defaultdict(list)
        self.known: dict[UUID, Role] = {}
        self.details = Details()

    def add(self, row: tuple) -> None:
        if row[1] is None:
            self.details.rest.append(row)
            return
        kind, key = row[0], raw.read(row[1])
        if kind == "role":
            self.roles[key].append(self.role(row))
        elif kind == "group":
            self.groups[key].append((row[4], row[3], raw.read(row[2])))
        elif kind == "projects":
            self.details.projects[key] = row[5]
        elif kind == "carried":
            self.carried[key].append(self.role(row))
        else:
            self.details.inviters[key] = row[3]

    def role(self, row: tuple) -> Role:
        key = raw.read(row[2])
        if key not in self.known:
            self.known[key] = Role(id=key, name=row[3], permissions=json.loads(row[4]), rank=row[5])
        return self.known[key]

    def finish(self, member: Membership) -> None:
        groups = sorted(self.groups.get(member.pk, []))
        through: list[Through] = []
        if self.carried:
            for _key, name, group in groups:
                through += [(role, name) for role in sorted(self.carried.get(group, []), key=lambda role: role.rank)]
        remember_roles(member, self.roles.get(member.pk, []), through)
        if groups:
            self.details.groups[member.pk] = [name for _key, name, _group in groups]


def details_of(
    organization: Organization, members: Iterable[Membership], *, inviters: bool = False, also: Also | None = None
) -> Details:
    """The details of these members of the organization, whose roles, and those through groups, are kept on them.

    One query, which also answers the query `also` (console.queries.counts.counting); none where there are no members.
    """
    members, sorting = list(members), _Sorting()
    if not members:
        return sorting.details
    invited_by = {member.invited_by_id for member in members if inviters and member.invited_by_id}
    for row in _select(organization, members, invited_by, also):
        sorting.add(row)
    for member in members:
        sorting.finish(member)
    return sorting.details
