"""Who may call each operation with a key that has all scopes, and what the operation needs to succeed.

api/tests/test_permissions.py calls each of them as everyone. Paths and bodies have placeholders of `things()`.
"""

from typing import Any, NamedTuple

from api.tests.keys import add_key
from organizations.models import GroupMembership, GroupRole, Project, ProjectGrant, Status
from organizations.permissions import Permission
from teamadmin.testing.cast import Cast, add_member, add_role, add_user, role_named

# Of Acme: Olga (Admin), Max (Manager), Bo (Builder), Opal (Operator), and the organization's own key.
PEOPLE = ("olga", "max", "bo", "opal", "organization")
ALL = frozenset(PEOPLE)
ADMINS, VIEWERS = frozenset({"olga", "organization"}), frozenset({"olga", "max", "organization"})
EDITORS = frozenset({"olga", "max", "bo", "organization"})


class Call(NamedTuple):
    """A request that succeeds with `status` for `allowed`. Others get 403."""

    method: str
    path: str
    scope: str
    allowed: frozenset[str]
    status: int = 200
    body: Any = None


PERSON = {"first_name": "Sue", "last_name": "Lee", "email": "sue@acme.example"}
BY_EMAIL = {"first_name": "Sue", "last_name": "Lee", "roles": ["{operator}"]}
NEW = {"name": "Something new"}
CALLS = {
    "list_members": Call("GET", "members", "members:read", VIEWERS),
    "get_member": Call("GET", "members/{bo}", "members:read", VIEWERS),
    "update_member": Call("PATCH", "members/{opal}", "members:write", VIEWERS, 200, {"first_name": "X"}),
    "put_member_by_email": Call("PUT", "members/by-email/sue@acme.example", "members:write", VIEWERS, 201, BY_EMAIL),
    "delete_member": Call("DELETE", "members/{spare}", "members:write", ADMINS, 204),
    "deactivate_member": Call("POST", "members/{spare}/deactivation", "members:write", ADMINS),
    "reactivate_member": Call("POST", "members/{deactivated}/reactivation", "members:write", ADMINS),
    "end_member_sessions": Call("POST", "members/{spare}/sessions-ending", "members:write", ADMINS, 204),
    "reset_member_two_factor": Call("POST", "members/{spare}/two-factor-reset", "members:write", ADMINS),
    "list_invitations": Call("GET", "invitations", "invitations:read", VIEWERS),
    "get_invitation": Call("GET", "invitations/{invitation}", "invitations:read", VIEWERS),
    "create_invitations": Call(
        "POST", "invitations", "invitations:write", VIEWERS, 201, {"people": [PERSON], "roles": ["{operator}"]}
    ),
    "resend_invitation": Call("POST", "invitations/{invitation}/sends", "invitations:write", VIEWERS),
    "delete_invitation": Call("DELETE", "invitations/{invitation}", "invitations:write", ADMINS, 204),
    "list_groups": Call("GET", "groups", "groups:read", VIEWERS),
    "create_group": Call("POST", "groups", "groups:write", VIEWERS, 201, NEW),
    "get_group": Call("GET", "groups/{group}", "groups:read", VIEWERS),
    "update_group": Call("PATCH", "groups/{group}", "groups:write", VIEWERS, 200, NEW),
    "delete_group": Call("DELETE", "groups/{group}", "groups:write", VIEWERS, 204),
    "put_group_role": Call("PUT", "groups/{group}/roles/{operator}", "groups:write", VIEWERS),
    "delete_group_role": Call("DELETE", "groups/{group}/roles/{builder}", "groups:write", VIEWERS, 204),
    "list_group_members": Call("GET", "groups/{group}/members", "groups:read", VIEWERS),
    "put_group_member": Call("PUT", "groups/{group}/members/{opal}", "groups:write", VIEWERS, 204),
    "delete_group_member": Call("DELETE", "groups/{group}/members/{spare}", "groups:write", VIEWERS, 204),
    "list_group_projects": Call("GET", "groups/{group}/projects", "groups:read", VIEWERS),
    "put_group_project": Call("PUT", "groups/{group}/projects/{project}", "groups:write", VIEWERS, 204),
    "delete_group_project": Call("DELETE", "groups/{group}/projects/{given}", "groups:write", VIEWERS, 204),
    "list_projects": Call("GET", "projects", "projects:read", ALL),
    "create_project": Call("POST", "projects", "projects:write", VIEWERS, 201, NEW),
    "get_project": Call("GET", "projects/{given}", "projects:read", ALL),
    "update_project": Call("PATCH", "projects/{given}", "projects:write", EDITORS, 200, NEW),
    "archive_project": Call("POST", "projects/{given}/archive", "projects:write", VIEWERS),
    "restore_project": Call("POST", "projects/{archived}/restoration", "projects:write", VIEWERS),
    "list_project_members": Call("GET", "projects/{given}/members", "projects:read", VIEWERS),
    "list_project_groups": Call("GET", "projects/{given}/groups", "projects:read", VIEWERS),
    "put_project_member": Call("PUT", "projects/{given}/members/{max}", "projects:write", VIEWERS, 204),
    "delete_project_member": Call("DELETE", "projects/{given}/members/{opal}", "projects:write", VIEWERS, 204),
    "put_project_group": Call("PUT", "projects/{given}/groups/{other_group}", "projects:write", VIEWERS, 204),
    "delete_project_group": Call("DELETE", "projects/{given}/groups/{group}", "projects:write", VIEWERS, 204),
    "list_roles": Call("GET", "roles", "roles:read", VIEWERS),
    "create_role": Call("POST", "roles", "roles:write", ADMINS, 201, {**NEW, "permissions": ["people.view"]}),
    "get_role": Call("GET", "roles/{custom}", "roles:read", VIEWERS),
    "update_role": Call("PATCH", "roles/{custom}", "roles:write", ADMINS, 200, NEW),
    "delete_role": Call("DELETE", "roles/{custom}", "roles:write", ADMINS, 204),
    "list_keys": Call("GET", "keys", "keys:read", ADMINS),
    "get_key": Call("GET", "keys/{key}", "keys:read", ADMINS),
    "revoke_key": Call("DELETE", "keys/{key}", "keys:write", ADMINS, 204),
    "list_audit_entries": Call("GET", "audit", "audit:read", ADMINS),
}


def things(cast: Cast) -> dict[str, str]:
    """Create what the calls work on, and return the ids by placeholder."""
    group, other_group = cast.groups["marketing"], cast.groups["research"]
    given, archived = cast.projects["atlas"], Project(organization=cast.acme, name="Old")
    archived.archived_at = cast.olga.joined_at
    archived.save()
    spare = add_member(cast.acme, add_user("spare@acme.example", "Spare"), "operator", two_factor=True)
    gone = add_member(cast.acme, add_user("gone@acme.example", "Gone"), "operator", status=Status.DEACTIVATED)
    GroupMembership.objects.create(organization=cast.acme, group=group, membership=spare)
    GroupRole.objects.create(organization=cast.acme, group=group, role=role_named("builder"))
    ProjectGrant.objects.create(organization=cast.acme, project=given, membership=cast.opal)
    custom = add_role(cast.acme, "Custom", Permission.PEOPLE_VIEW)
    (invitation,) = cast.invite()
    found = {
        **{name: getattr(cast, name) for name in ("olga", "max", "bo", "opal")},
        "spare": spare,
        "deactivated": gone,
        "invitation": invitation,
        "group": group,
        "other_group": other_group,
        "given": given,
        "project": cast.projects["ledger"],
        "archived": archived,
        "operator": role_named("operator"),
        "builder": role_named("builder"),
        "custom": custom,
        "key": add_key(cast.bo)[0],
    }
    return {name: str(item.pk) for name, item in found.items()}


def fill(value: Any, ids: dict[str, str]) -> Any:
    """Return the value with its placeholders filled in."""
    if isinstance(value, dict):
        return {name: fill(each, ids) for name, each in value.items()}
    if isinstance(value, list):
        return [fill(each, ids) for each in value]
    return value.format(**ids) if isinstance(value, str) else value
