"""What lists show of members besides their own row: roles, groups, number of projects, who invited them, and what
became of the invitation."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from base.names import full_name
from base.text import fold
from organizations.models import DELIVERY_PROBLEMS, Delivery, Membership, Organization, Role, Status
from organizations.permissions import Permission
from organizations.queries import all_roles_of, set_prefetched_roles
from organizations.roles import permissions_of

# Each group is read once, however many members are in it. Archived projects are few, and so subtracted: looking up
# every project would read a thousand pages. `id > 0` makes PostgreSQL 18 use the hash index on membership_id,
# and IS TRUE keeps it from reading the index of all members of the organization.
DETAILS = """
WITH member AS MATERIALIZED ({members}),
link AS MATERIALIZED (
    SELECT membership_id, group_id FROM organizations_groupmembership WHERE membership_id {is_member}
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
    FROM organizations_membershiprole WHERE membership_id {is_member} AND id > 0 GROUP BY membership_id
),
member_projects AS (
    SELECT membership_id, count(*) AS project_count FROM (
        SELECT membership_id, project_id FROM organizations_projectgrant WHERE membership_id {is_member}
        UNION
        SELECT link.membership_id, organizations_projectgrant.project_id
        FROM link JOIN organizations_projectgrant ON organizations_projectgrant.group_id = link.group_id
    ) AS accessible
    WHERE project_id NOT IN (
        SELECT id FROM organizations_project WHERE organization_id = %s AND archived_at IS NOT NULL
    )
    GROUP BY membership_id
),
invitation AS MATERIALIZED (
    SELECT id, membership_id, batch_id, sends, new_link_asked_at FROM invitations_invitation
    WHERE membership_id {is_pending} AND accepted_at IS NULL AND revoked_at IS NULL
),
note AS (
    SELECT membership_id, reason AS delivery_reason
    FROM invitation JOIN invitations_invitationemail AS email
    ON email.invitation_id = invitation.id AND email.number = invitation.sends
    WHERE membership_id {has_note}
),
inviter AS MATERIALIZED (
    SELECT id, first_name, last_name, email
    FROM organizations_membership WHERE id {is_inviter} AND (organization_id = %s) IS TRUE
)
SELECT member.id, role_ids, group_data, COALESCE(project_count, 0) AS project_count,
    inviter.first_name, inviter.last_name, inviter.email,
    batch_id, sends, new_link_asked_at, delivery_reason
FROM member
LEFT JOIN member_roles ON member_roles.membership_id = member.id
LEFT JOIN member_groups ON member_groups.membership_id = member.id
LEFT JOIN member_projects ON member_projects.membership_id = member.id
LEFT JOIN invitation ON invitation.membership_id = member.id
LEFT JOIN note ON note.membership_id = member.id
LEFT JOIN inviter ON inviter.id = member.invited_by_id
"""
# In PostgreSQL an array makes each table be read by its index, where a join might read all of it.
POSTGRESQL = DETAILS.format(
    members="SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::bool[], %s::bool[])"
    " AS ids (id, invited_by_id, is_pending, has_note)",
    is_member="= ANY(ARRAY(SELECT id FROM member))",
    is_pending="= ANY(ARRAY(SELECT id FROM member WHERE is_pending))",
    has_note="= ANY(ARRAY(SELECT id FROM member WHERE has_note))",
    is_inviter="= ANY(ARRAY(SELECT DISTINCT invited_by_id FROM member))",
    array="json_agg",
    object="json_build_object",
)
SQLITE = DETAILS.format(
    members="SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS invited_by_id,"
    " json_extract(value, '$[2]') AS is_pending, json_extract(value, '$[3]') AS has_note FROM json_each(%s)",
    is_member="IN (SELECT id FROM member)",
    is_pending="IN (SELECT id FROM member WHERE is_pending)",
    has_note="IN (SELECT id FROM member WHERE has_note)",
    is_inviter="IN (SELECT invited_by_id FROM member)",
    array="json_group_array",
    object="json_object",
)


def load_details(organization: Organization, members: Sequence[Membership], roles: Mapping[UUID, Role]) -> None:
    """Load the details of members of the organization, in one query; none if there are no members.

    Sets on each member its organization and roles, which are taken from `roles` (every role that a member can have),
    and the attributes `group_names` in order, `project_count`, `has_all_projects`, `inviter_name` ("" if unknown), and
    for pending ones `batch_id`, `sends` (how many emails), `has_asked` (for a new link), and `delivery_reason` of the
    latest email (else None, 0, False and "").
    """
    if not members:
        return
    details = _read(organization, members)
    all_projects = {key for key, role in roles.items() if Permission.PROJECTS_VIEW_ALL in permissions_of(role)}
    for member in members:
        member.organization = organization
        _set_details(member, details[member.pk], roles, all_projects)


def _read(organization: Organization, members: Sequence[Membership]) -> dict[UUID, dict[str, Any]]:
    """Return the columns of DETAILS by name, by member."""
    params: list[Any]
    if connection.vendor == "postgresql":
        rows_of_ids = ((each.pk, each.invited_by_id, _is_pending(each), _has_note(each)) for each in members)
        columns: Any = zip(*rows_of_ids, strict=True)
        sql, params = POSTGRESQL, [*map(list, columns), organization.pk, organization.pk]
    else:
        ids = [
            (each.pk.hex, each.invited_by_id and each.invited_by_id.hex, _is_pending(each), _has_note(each))
            for each in members
        ]
        sql, params = SQLITE, [json.dumps(ids), organization.pk.hex, organization.pk.hex]
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {UUID(str(row["id"])): row for row in rows}


def _is_pending(member: Membership) -> bool:
    return member.status == Status.INVITED


def _has_note(member: Membership) -> bool:
    """Whether the latest email may have a reason to show. Reading those of all members would take four buffers each."""
    return _is_pending(member) and member.invite_delivery in (Delivery.QUEUED, Delivery.DELAYED, *DELIVERY_PROBLEMS)


def _set_details(member: Any, details: dict[str, Any], roles: Mapping[UUID, Role], all_projects: set[UUID]) -> None:
    groups = sorted(_read_json(details["group_data"]), key=lambda group: fold(group["name"]))
    via_groups = [
        (role, group["name"])
        for group in groups
        for role in sorted(_roles(group["role_ids"], roles), key=lambda role: role.rank)
    ]
    set_prefetched_roles(member, _roles(details["role_ids"], roles), via_groups)
    member.group_names = [group["name"] for group in groups]
    member.has_all_projects = any(role.pk in all_projects for role in all_roles_of(member))
    member.project_count = details["project_count"]
    inviter = full_name(details["first_name"] or "", details["last_name"] or "")
    member.inviter_name = inviter or details["email"] or ""
    member.batch_id = details["batch_id"] and UUID(str(details["batch_id"]))
    member.sends, member.has_asked = details["sends"] or 0, details["new_link_asked_at"] is not None
    member.delivery_reason = details["delivery_reason"] or ""


def _roles(role_ids: Any, roles: Mapping[UUID, Role]) -> list[Role]:
    return [roles[UUID(key)] for key in _read_json(role_ids)]


def _read_json(value: Any) -> list:
    """Return a JSON array: PostgreSQL's driver has parsed it already, SQLite's has not."""
    return json.loads(value) if isinstance(value, str) else value or []
