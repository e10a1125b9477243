"""What stands beside a page's members: roles, groups, projects, who invited them. One query for all of it."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection

from console.queries import sql
from organizations.models import Membership, Organization, Role
from organizations.queries import Through, remember_roles

# Each part gives: kind, member, thing, two texts, a number, and the group that a role comes through.
ROLES = """
SELECT 'role' AS kind, link.membership_id AS member, role.id AS thing, role.name AS label,
       CAST(role.permissions AS text) AS detail, role.rank AS number, '' AS origin
FROM organizations_membershiprole AS link JOIN organizations_role AS role ON role.id = link.role_id
WHERE link.membership_id IN ({members})"""
GROUP_ROLES = """
SELECT 'via', link.membership_id, role.id, role.name, CAST(role.permissions AS text), role.rank, found.name
FROM organizations_groupmembership AS link
JOIN organizations_grouprole AS carried ON carried.group_id = link.group_id
JOIN organizations_role AS role ON role.id = carried.role_id
JOIN organizations_group AS found ON found.id = link.group_id
WHERE link.membership_id IN ({members})"""
GROUPS = """
SELECT 'group', link.membership_id, link.group_id, found.name, found.name_key, 0, ''
FROM organizations_groupmembership AS link JOIN organizations_group AS found ON found.id = link.group_id
WHERE link.membership_id IN ({members})"""
# UNION counts a project once that comes directly and through groups; archived ones are out of every count.
PROJECTS = """
SELECT 'projects', reached.member, NULL, NULL, NULL, count(*), ''
FROM (
    SELECT membership_id AS member, project_id AS project
    FROM organizations_projectgrant WHERE membership_id IN ({members})
    UNION
    SELECT link.membership_id, given.project_id
    FROM organizations_groupmembership AS link
    JOIN organizations_projectgrant AS given ON given.group_id = link.group_id
    WHERE link.membership_id IN ({members})
) AS reached
JOIN organizations_project AS project ON project.id = reached.project AND project.archived_at IS NULL
GROUP BY reached.member"""
INVITERS = """
SELECT 'inviter', id, NULL, COALESCE(NULLIF(TRIM(first_name || ' ' || last_name), ''), email), NULL, 0, ''
FROM organizations_membership WHERE id IN ({inviters}) AND organization_id = %s"""


@dataclass
class Details:
    """By member's id: names of groups in order, number of projects; by inviter's id: their name."""

    groups: dict[UUID, list[str]] = field(default_factory=lambda: defaultdict(list))
    projects: dict[UUID, int] = field(default_factory=dict)
    inviters: dict[UUID, str] = field(default_factory=dict)


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def _role(row: tuple, known: dict[UUID, Role]) -> Role:
    key = _uuid(row[2])
    if key not in known:
        known[key] = Role(id=key, name=row[3], permissions=json.loads(row[4]), rank=row[5])
    return known[key]


def _select(organization: Organization, members: list[Membership], inviters: set[UUID]) -> list[tuple]:
    keys = [sql.adapt("id", member.pk) for member in members]
    names = [sql.adapt("id", key) for key in inviters]
    parts = [ROLES, GROUP_ROLES, GROUPS, PROJECTS]
    query = " UNION ALL ".join(part.format(members=sql.places(keys)) for part in parts)
    params = keys * 5
    if names:
        query += " UNION ALL " + INVITERS.format(inviters=sql.places(names))
        params += [*names, sql.owner(organization)]
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return cursor.fetchall()


def details_of(organization: Organization, members: Iterable[Membership], *, inviters: bool = False) -> Details:
    """The details of these members of the organization, whose roles, and those through groups, are kept on them.

    One query; none where there are no members.
    """
    members, details = list(members), Details()
    if not members:
        return details
    invited_by = {member.invited_by_id for member in members if inviters and member.invited_by_id}
    roles: dict[UUID, list[Role]] = defaultdict(list)
    through: dict[UUID, list[Through]] = defaultdict(list)
    groups: dict[UUID, list[tuple[str, str]]] = defaultdict(list)
    known: dict[UUID, Role] = {}
    for row in _select(organization, members, invited_by):
        kind, key = row[0], _uuid(row[1])
        if kind == "role":
            roles[key].append(_role(row, known))
        elif kind == "via":
            through[key].append((_role(row, known), row[6]))
        elif kind == "group":
            groups[key].append((row[4], row[3]))
        elif kind == "projects":
            details.projects[key] = row[5]
        else:
            details.inviters[key] = row[3]
    for member in members:
        remember_roles(member, roles[member.pk], through[member.pk])
    details.groups.update({key: [name for _, name in sorted(found)] for key, found in groups.items()})
    return details
