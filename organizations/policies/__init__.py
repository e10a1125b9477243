"""Who may do what to whom. Views, services, menus and buttons ask the same functions."""

from organizations.policies.giving import (
    can,
    can_add_users,
    can_give_role,
    can_give_roles,
    domain_allowed,
    roles_fit,
)
from organizations.policies.groups import can_add_to_group, can_give_group, can_give_groups, can_take_from_group
from organizations.policies.members import (
    can_change_roles,
    can_deactivate_member,
    can_delete_member,
    can_edit_member,
    can_end_sessions,
    can_reactivate_member,
    can_rename,
    can_reset_two_factor,
    keeps_admin,
    outranks,
)
from organizations.policies.roles import (
    can_delete_role,
    can_edit_role,
    can_manage_roles,
    can_put_into_role,
    can_replace_role,
)
from organizations.policies.sign_in import can_sign_in

__all__ = [
    "can",
    "can_add_to_group",
    "can_add_users",
    "can_change_roles",
    "can_deactivate_member",
    "can_delete_member",
    "can_delete_role",
    "can_edit_member",
    "can_edit_role",
    "can_end_sessions",
    "can_give_group",
    "can_give_groups",
    "can_give_role",
    "can_give_roles",
    "can_manage_roles",
    "can_put_into_role",
    "can_reactivate_member",
    "can_replace_role",
    "can_rename",
    "can_reset_two_factor",
    "can_sign_in",
    "can_take_from_group",
    "domain_allowed",
    "keeps_admin",
    "outranks",
    "roles_fit",
]
