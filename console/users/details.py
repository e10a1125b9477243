"""What lists show of members besides their own row: roles, groups, number of projects and who invited them."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection

from base.text import name_key
from organizations.models import Membership, Organization, Role
from organizations.permissions import Permission
from organizations.queries import all_roles_of, remember_roles
from organizations.roles import permissions_of

# {ids} is a condition for the members' ids, one parameter each time. The rest differs between databases as well:
# {array} and {object} build JSON.
#
# Each group is read once, however many members are in it. Archived projects are few, and so subtracted: looking up
# every project would read a thousand pages. `id > 0` makes PostgreSQL 18 use the hash index on membership_id.
DETAILS = """
WITH member AS MATERIALIZED (
    SELECT * FROM organizations_membership WHERE id {ids} AND organization_id = %s
),
link AS MATERIALIZED (
    SELECT membership_id, group_id FROM organizations_groupmembership WHERE membership_id {ids}
),
linked_group AS MATERIALIZED (
    SELECT id, name, (
        SELECT {array}(role_id) FROM organizations_grouprole WHERE group_id = organizations_group.id
    ) AS role_ids
    FROM organizations_group WHERE id IN (SELECT group_id FROM link)
),
member_groups AS (
    SELECT link.membership_id, {array}({object}('name', name, 'role_ids', role_ids)) AS group_data
    FROM link JOIN linked_group ON linked_group.id = link.group_id GROUP BY link.membership_id
),
member_roles AS (
    SELECT membership_id, {array}(role_id) AS role_ids
    FROM organizations_membershiprole WHERE membership_id {ids} AND id > 0 GROUP BY membership_id
),
member_projects AS (
    SELECT membership_id, count(*) AS project_count FROM (
        SELECT membership_id, project_id FROM organizations_projectgrant WHERE membership_id {ids}
        UNION
        SELECT link.membership_id, organizations_projectgrant.project_id
        FROM link JOIN organizations_projectgrant ON organizations_projectgrant.group_id = link.group_id
    ) AS accessible
    WHERE project_id NOT IN (
        SELECT id FROM organizations_project WHERE organization_id = %s AND archived_at IS NOT NULL
    )
    GROUP BY membership_id
),
inviter AS (
    SELECT id, COALESCE(NULLIF(TRIM(first_name || ' ' || last_name), ''), email) AS inviter_name
    FROM organizations_membership WHERE id IN (SELECT invited_by_id FROM member) AND organization_id = %s
)
SELECT member.*, role_ids, group_data, COALESCE(project_count, 0) AS project_count, inviter_name
FROM member
LEFT JOIN member_roles ON member_roles.membership_id = member.id
LEFT JOIN member_groups ON member_groups.membership_id = member.id
LEFT JOIN member_projects ON member_projects.membership_id = member.id
LEFT JOIN inviter ON inviter.id = member.invited_by_id
"""


@cache
def _sql(vendor: str) -> str:
    if vendor == "postgresql":
        return DETAILS.format(ids="= ANY(%s)", array="json_agg", object="json_build_object")
    return DETAILS.format(ids="IN (SELECT value FROM json_each(%s))", array="json_group_array", object="json_object")


def load_details(organization: Organization, ids: Sequence[UUID], roles: Mapping[UUID, Role]) -> list[Membership]:
    """Return the members with these ids in this order, without those of other organizations. One query.

    Each has its organization, its roles as organizations.queries takes them from `roles`, and these attributes:
    `group_names` in order, `project_count`, `has_all_projects` and `inviter_name` ("" if unknown).
    """
    if not ids:
        return []
    keys: Any = list(ids)
    owner: Any = organization.pk
    if connection.vendor != "postgresql":
        keys, owner = json.dumps([key.hex for key in ids]), owner.hex
    params = [keys, owner, keys, keys, keys, owner, owner]
    found = {member.pk: member for member in Membership.objects.raw(_sql(connection.vendor), params)}
    members = [found[key] for key in ids if key in found]
    all_projects = {key for key, role in roles.items() if Permission.PROJECTS_VIEW_ALL in permissions_of(role)}
    for member in members:
        member.organization = organization
        _set_details(member, roles, all_projects)
    return members


def _set_details(member: Any, roles: Mapping[UUID, Role], all_projects: set[UUID]) -> None:
    groups = sorted(_read_json(member.group_data), key=lambda group: name_key(group["name"]))
    via_groups = [
        (role, group["name"])
        for group in groups
        for role in sorted(_roles(group["role_ids"], roles), key=lambda role: role.rank)
    ]
    remember_roles(member, _roles(member.role_ids, roles), via_groups)
    member.group_names = [group["name"] for group in groups]
    member.has_all_projects = any(role.pk in all_projects for role in all_roles_of(member))
    member.inviter_name = member.inviter_name or ""


def _roles(role_ids: Any, roles: Mapping[UUID, Role]) -> list[Role]:
    return [roles[UUID(key)] for key in _read_json(role_ids)]


def _read_json(value: Any) -> list:
    """Return a JSON array: PostgreSQL's driver has parsed it already, SQLite's has not."""
    return json.loads(value) if isinstance(value, str) else value or []
