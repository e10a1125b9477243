"""The OCSF class and activity of every action. Actions that aren't listed manage an entity: the verb says how."""

from dataclasses import dataclass
from enum import IntEnum


class OcsfClass(IntEnum):
    """The class_uid of an OCSF event."""

    ACCOUNT = 3001
    AUTHENTICATION = 3002
    SESSION = 3003
    ENTITY = 3004
    ACCESS = 3005
    GROUP = 3006
    API = 6003

    @property
    def caption(self) -> str:
        return CLASS_CAPTIONS[self]


@dataclass(frozen=True)
class Activity:
    """A class and its activity_id."""

    ocsf_class: OcsfClass
    id: int


OTHER = 99
CLASS_CAPTIONS = {
    OcsfClass.ACCOUNT: "Account Change",
    OcsfClass.AUTHENTICATION: "Authentication",
    OcsfClass.SESSION: "Authorize Session",
    OcsfClass.ENTITY: "Entity Management",
    OcsfClass.ACCESS: "User Access Management",
    OcsfClass.GROUP: "Group Management",
    OcsfClass.API: "API Activity",
}
# The activities that we use, by class.
CAPTIONS = {
    OcsfClass.ACCOUNT: {
        1: "Create", 2: "Enable", 3: "Password Change", 4: "Password Reset", 5: "Disable", 6: "Delete",
        10: "MFA Factor Enable", 11: "MFA Factor Disable", 12: "Unlock",
    },
    OcsfClass.AUTHENTICATION: {1: "Logon", 2: "Logoff"},
    OcsfClass.SESSION: {1: "Assign Privileges"},
    OcsfClass.ENTITY: {
        1: "Create", 2: "Read", 3: "Update", 4: "Delete", 8: "Enable", 9: "Disable", 10: "Activate", 11: "Deactivate",
        12: "Suspend", 13: "Resume",
    },
    OcsfClass.ACCESS: {1: "Assign Privileges", 2: "Revoke Privileges", 3: "Assign Role"},
    OcsfClass.GROUP: {
        1: "Assign Privileges", 2: "Revoke Privileges", 3: "Add User", 4: "Remove User", 5: "Delete", 6: "Create",
        9: "Update", 12: "Assign Roles", 13: "Remove Roles",
    },
    OcsfClass.API: {2: "Read"},
}  # fmt: skip


def _all(ocsf_class: OcsfClass, ids: dict[int, str]) -> dict[str, Activity]:
    return {action: Activity(ocsf_class, number) for number, actions in ids.items() for action in actions.split()}


ACTIVITIES = {
    **_all(
        OcsfClass.ACCOUNT,
        {
            1: "user.created member.joined member.provisioned invitation.accepted",
            2: "member.reactivated",
            3: "password.changed",
            4: "password.reset",
            5: "member.deactivated",
            6: "user.deleted member.deleted member.removed_by_staff",
            10: "two_factor.enabled authenticator.added authenticator.replaced passkey.added backup_codes.generated",
            11: "two_factor.disabled two_factor.reset authenticator.removed passkey.removed backup_code.used",
            12: "user.unlocked",
            OTHER: "user.renamed user.picture_changed user.picture_removed email.change_requested email.changed"
            " email.restored account.secured passkey.renamed two_factor.reminded member.renamed member.email_changed"
            " member.adopted member.released sso.linked sso.unlinked",
        },
    ),
    **_all(
        OcsfClass.AUTHENTICATION,
        {
            1: "sign_in.succeeded sign_in.new_device sign_in.failed sso.failed sso.break_glass_used",
            2: "sign_out session.ended sessions.ended sessions.ended_by_user sessions.ended_by_admin"
            " member.session_ended sso.signed_out organization.sessions_ended",
        },
    ),
    **_all(OcsfClass.SESSION, {1: "browser.remembered", OTHER: "browsers.forgotten"}),
    **_all(
        OcsfClass.ACCESS,
        {
            1: "member.projects_given sso.break_glass_added",
            2: "member.projects_taken sso.break_glass_removed",
            3: "member.roles_changed",
        },
    ),
    **_all(
        OcsfClass.GROUP,
        {
            1: "group.projects_given",
            2: "group.projects_taken",
            3: "group.member_added",
            4: "group.member_removed",
            5: "group.deleted",
            6: "group.created",
            9: "group.renamed",
            12: "group.roles_given",
            13: "group.roles_taken",
        },
    ),
    **_all(
        OcsfClass.API,
        {
            2: "members.exported datasets.exported sources.exported destinations.exported pipelines.exported"
            " audit.exported"
        },
    ),
    **_all(
        OcsfClass.ENTITY,
        {
            2: "invitation.link_copied",
            8: "domain.verified domain.found organization.sso_enforced",
            9: "domain.lapsed domain.missing organization.sso_not_enforced",
            12: "organization.suspended",
            13: "organization.resumed",
        },
    ),
}
# The verbs of all other actions, and their activities of Entity Management. Other verbs change something: Update.
VERBS = {
    "created": 1, "added": 1, "connected": 1, "token_created": 1, "requested": 1, "deleted": 4, "removed": 4,
    "revoked": 4, "token_revoked": 4, "disconnected": 4, "withdrawn": 4, "turned_on": 8, "turned_off": 9,
    "restored": 10, "archived": 11, "suspended": 12, "resumed": 13,
}  # fmt: skip
UPDATE = 3
FAILED = {"sign_in.failed", "sso.failed", "sso.test_failed"}
# Severity "Medium" instead of "Informational".
SEVERE = FAILED | {
    "account.secured", "sso.unlinked", "sso.break_glass_used", "sso.break_glass_added", "two_factor.reset",
    "two_factor.disabled", "organization.suspended", "organization.sso_not_enforced", "member.removed_by_staff",
    "domain.lapsed", "audit_stream.deleted", "audit_stream.turned_off",
}  # fmt: skip


def activity_of(action: str) -> Activity:
    """Return the class and activity of an action."""
    if found := ACTIVITIES.get(action):
        return found
    return Activity(OcsfClass.ENTITY, VERBS.get(action.rpartition(".")[2], UPDATE))
