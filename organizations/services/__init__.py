"""Writing what an organization holds: each function is one transaction with its audit entry inside."""

from organizations.services.changing import add_to_group, remove_from_group, set_member_roles
from organizations.services.editing import Edit, EditConflict, Edited, edit_member
from organizations.services.groups import change_group_roles, create_group, delete_group, edit_group
from organizations.services.joining import (
    Person,
    activate_member,
    add_pending_members,
    delete_pending,
    mark_welcomed,
    remove_pending_member,
    touch_member,
)
from organizations.services.leaving import deactivate_member, delete_member, reactivate_member
from organizations.services.locking import (
    fresh_actor,
    lock_actor,
    lock_both,
    lock_group,
    lock_member,
    lock_organization,
    lock_pending,
    take_time,
)
from organizations.services.making import create_organization, found_organization
from organizations.services.naming import Changed, Named
from organizations.services.ordering import reorder_members
from organizations.services.projects import (
    Shared,
    archive_project,
    create_project,
    edit_project,
    give_group_projects,
    give_projects,
    restore_project,
    take_projects,
)
from organizations.services.roles import NameTaken, RoleChanged, RoleText, create_role, delete_role, edit_role
from organizations.services.rules import set_member_rules
from organizations.services.sign_in import log_out_member, note_two_factor, reset_member_two_factor

__all__ = [
    "Changed",
    "Edit",
    "EditConflict",
    "Edited",
    "NameTaken",
    "Named",
    "Person",
    "RoleChanged",
    "RoleText",
    "Shared",
    "activate_member",
    "add_pending_members",
    "add_to_group",
    "archive_project",
    "change_group_roles",
    "create_group",
    "create_organization",
    "create_project",
    "create_role",
    "deactivate_member",
    "delete_group",
    "delete_member",
    "delete_pending",
    "delete_role",
    "edit_group",
    "edit_member",
    "edit_project",
    "edit_role",
    "found_organization",
    "fresh_actor",
    "give_group_projects",
    "give_projects",
    "lock_actor",
    "lock_both",
    "lock_group",
    "lock_member",
    "lock_organization",
    "lock_pending",
    "log_out_member",
    "mark_welcomed",
    "note_two_factor",
    "reactivate_member",
    "remove_from_group",
    "remove_pending_member",
    "reorder_members",
    "reset_member_two_factor",
    "restore_project",
    "set_member_roles",
    "set_member_rules",
    "take_projects",
    "take_time",
    "touch_member",
]
