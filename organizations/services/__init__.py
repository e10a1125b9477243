"""Writing organizations and their members. Each function runs in one transaction, which includes its audit entry."""

from organizations.services.brands import BrandSettings, remove_logo, send_brand_test, set_brand, set_logo
from organizations.services.groups import change_group_roles, create_group, delete_group, edit_group
from organizations.services.inviters import inviter_after
from organizations.services.locks import (
    lock_actor,
    lock_actor_and_member,
    lock_group,
    lock_member,
    lock_members,
    lock_organization,
    lock_pending_member,
    reload_actor,
    without_statement_timeout,
)
from organizations.services.members.activity import mark_welcomed, touch_member
from organizations.services.members.break_glass import (
    add_break_glass,
    is_break_glass_session,
    record_break_glass,
    remove_break_glass,
)
from organizations.services.members.email_change import follow_email
from organizations.services.members.groups import add_to_group, move_between_groups, remove_from_group
from organizations.services.members.joining import add_active_member
from organizations.services.members.pending import (
    NewMember,
    activate_member,
    add_pending_members,
    delete_locked_pending_member,
    remove_pending_member,
)
from organizations.services.members.profile import Edit, EditConflict, EditResult, edit_member
from organizations.services.members.provisioned import (
    adopt_member,
    create_provisioned_member,
    deactivate_provisioned_member,
    delete_provisioned_member,
    link_provisioned_member,
    reactivate_provisioned_member,
    release_member,
    update_provisioned_member,
)
from organizations.services.members.roles import replace_member_roles, set_member_roles
from organizations.services.members.sessions import end_idle_sessions, enter_organization
from organizations.services.members.sign_in import (
    end_member_session,
    end_sessions_of,
    log_out_member,
    reset_member_two_factor,
    sync_two_factor,
)
from organizations.services.members.status import deactivate_member, delete_member, reactivate_member
from organizations.services.members.two_factor import (
    notify_admins_of_reset,
    remind_two_factor,
    save_two_factor_progress,
)
from organizations.services.named import NamedConflict, NamedFields
from organizations.services.organizations import create_organization, create_organization_with_admin
from organizations.services.projects import (
    GrantChanges,
    archive_project,
    create_project,
    edit_project,
    grant_group_projects,
    grant_projects,
    restore_project,
    revoke_projects,
    undo_project_archive,
)
from organizations.services.provisioned_groups import (
    add_provisioned_members,
    create_provisioned_group,
    delete_provisioned_group,
    remove_provisioned_members,
    rename_provisioned_group,
)
from organizations.services.removals import restore_access, restore_permissions
from organizations.services.role_order import reorder_members
from organizations.services.roles import RoleConflict, RoleFields, RoleNameTaken, create_role, delete_role, edit_role
from organizations.services.seats import save_seat_use
from organizations.services.security import (
    PoliciesConflict,
    SecurityPolicies,
    end_all_sessions,
    set_security_policies,
)
from organizations.services.staff import (
    create_organization_as_staff,
    remove_managed_member,
    resume_organization,
    set_subscription,
    suspend_organization,
)
from organizations.services.sub_accounts import SlugTaken, create_sub_account, rename_sub_account

__all__ = [
    "BrandSettings",
    "SlugTaken",
    "create_sub_account",
    "rename_sub_account",
    "save_seat_use",
    "BrandSettings",
    "Edit",
    "EditConflict",
    "EditResult",
    "GrantChanges",
    "NamedConflict",
    "NamedFields",
    "NewMember",
    "PoliciesConflict",
    "RoleConflict",
    "RoleFields",
    "RoleNameTaken",
    "SecurityPolicies",
    "activate_member",
    "add_active_member",
    "add_break_glass",
    "add_pending_members",
    "add_provisioned_members",
    "add_to_group",
    "adopt_member",
    "archive_project",
    "change_group_roles",
    "create_group",
    "create_organization",
    "create_organization_as_staff",
    "create_organization_with_admin",
    "create_project",
    "create_provisioned_group",
    "create_provisioned_member",
    "create_role",
    "deactivate_member",
    "deactivate_provisioned_member",
    "delete_group",
    "delete_locked_pending_member",
    "delete_member",
    "delete_provisioned_group",
    "delete_provisioned_member",
    "delete_role",
    "edit_group",
    "edit_member",
    "edit_project",
    "edit_role",
    "end_all_sessions",
    "end_idle_sessions",
    "end_member_session",
    "end_sessions_of",
    "enter_organization",
    "follow_email",
    "grant_group_projects",
    "grant_projects",
    "inviter_after",
    "is_break_glass_session",
    "link_provisioned_member",
    "lock_actor",
    "lock_actor_and_member",
    "lock_group",
    "lock_member",
    "lock_members",
    "lock_organization",
    "lock_pending_member",
    "log_out_member",
    "mark_welcomed",
    "move_between_groups",
    "notify_admins_of_reset",
    "reactivate_member",
    "reactivate_provisioned_member",
    "record_break_glass",
    "release_member",
    "reload_actor",
    "remind_two_factor",
    "remove_break_glass",
    "remove_from_group",
    "remove_logo",
    "remove_managed_member",
    "remove_pending_member",
    "remove_provisioned_members",
    "rename_provisioned_group",
    "reorder_members",
    "replace_member_roles",
    "reset_member_two_factor",
    "restore_access",
    "restore_permissions",
    "restore_project",
    "resume_organization",
    "revoke_projects",
    "send_brand_test",
    "save_two_factor_progress",
    "set_brand",
    "set_logo",
    "set_member_roles",
    "set_security_policies",
    "set_subscription",
    "suspend_organization",
    "sync_two_factor",
    "touch_member",
    "undo_project_archive",
    "update_provisioned_member",
    "without_statement_timeout",
]
