"""Writing what an organization holds: each function is one transaction with its audit entry inside."""

from organizations.services.changing import add_to_group, remove_from_group, set_member_roles
from organizations.services.editing import Edit, EditConflict, Edited, edit_member
from organizations.services.joining import (
    Person,
    activate_member,
    add_pending_members,
    mark_welcomed,
    remove_pending_member,
    touch_member,
)
from organizations.services.leaving import deactivate_member, delete_member, reactivate_member
from organizations.services.locking import fresh_actor, lock_both, lock_member, lock_organization
from organizations.services.making import create_group, create_organization, create_project, give_group_projects
from organizations.services.roles import NameTaken, RoleChanged, RoleText, create_role, delete_role, edit_role
from organizations.services.rules import set_member_rules
from organizations.services.sign_in import log_out_member, note_two_factor, reset_member_two_factor

__all__ = [
    "NameTaken",
    "Edit",
    "EditConflict",
    "Edited",
    "Person",
    "RoleChanged",
    "RoleText",
    "activate_member",
    "add_pending_members",
    "add_to_group",
    "create_group",
    "create_organization",
    "create_project",
    "create_role",
    "deactivate_member",
    "delete_member",
    "delete_role",
    "edit_role",
    "edit_member",
    "fresh_actor",
    "give_group_projects",
    "lock_both",
    "lock_member",
    "lock_organization",
    "log_out_member",
    "mark_welcomed",
    "note_two_factor",
    "reactivate_member",
    "remove_from_group",
    "remove_pending_member",
    "reset_member_two_factor",
    "set_member_roles",
    "set_member_rules",
    "touch_member",
]
