"""Who may create, edit and delete custom roles (R-3)."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from base.policies import ALLOWED, Decision, deny, not_applicable
from organizations.models import Membership, Role
from organizations.permissions import LABELS, Permission, missing_admin_permissions
from organizations.policies.role_grants import can, can_give_role, roles_allowed
from organizations.queries import find_stronger_holder, permissions_of_member
from organizations.roles import permissions_of


def can_manage_roles(actor: Membership) -> Decision:
    """R-3: members with the permission to manage roles."""
    return can(actor, Permission.ROLES_MANAGE)


def can_include_permissions(actor: Membership, permissions: Iterable[Permission]) -> Decision:
    """R-6: users can't create a role with an administrative permission that they lack."""
    missing = missing_admin_permissions(permissions, permissions_of_member(actor))
    if not missing:
        return ALLOWED
    first = next(permission for permission in Permission if permission in missing)
    return deny(
        _("You can’t add “%(permission)s” to a role because yours doesn’t include it.") % {"permission": LABELS[first]}
    )


def can_edit_role(actor: Membership, role: Role) -> Decision:
    """R-3, R-6, R-7: custom roles that allow no more than the actor's, and whose members all have no more either.

    Runs the queries of find_stronger_holder().
    """
    if not (decision := can_manage_roles(actor)):
        return decision
    if role.organization_id is None:
        return not_applicable(_("%(role)s is a built-in role and can’t be changed.") % {"role": role.label})
    if missing_admin_permissions(permissions_of(role), permissions_of_member(actor)):
        return deny(_("%(role)s allows more than your role. Ask an Admin.") % {"role": role.label})
    if holder := find_stronger_holder(actor.organization, role, permissions_of_member(actor)):
        return deny(
            _("%(name)s has %(role)s and other roles that allow more than yours. Ask an Admin.")
            % {"name": holder.name, "role": role.label}
        )
    return ALLOWED


def can_delete_role(actor: Membership, role: Role) -> Decision:
    """R-3: members who can edit it."""
    return can_edit_role(actor, role)


def can_replace_role(actor: Membership, role: Role, replacement: Role) -> Decision:
    """R-6: the replacement for a deleted role is another role of the organization that the actor may give."""
    if replacement.pk == role.pk:
        return deny(_("Choose another role."))
    return roles_allowed(actor.organization, [replacement]) and can_give_role(actor, replacement)
