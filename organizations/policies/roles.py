"""Who may make, change and delete custom roles (R-3)."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from base.policies import ALLOWED, Decision, deny, not_applicable
from organizations.models import Membership, Role
from organizations.permissions import LABELS, Permission, beyond
from organizations.policies.giving import can, can_give_role, roles_fit
from organizations.queries import holder_above, permissions_of_member
from organizations.roles import permissions_of


def can_manage_roles(actor: Membership) -> Decision:
    """R-3: whoever holds the permission for it."""
    return can(actor, Permission.ROLES_MANAGE)


def can_put_into_role(actor: Membership, permissions: Iterable[Permission]) -> Decision:
    """R-6: nobody makes a role that holds an administrative permission that they lack."""
    missing = beyond(permissions, permissions_of_member(actor))
    if not missing:
        return ALLOWED
    first = next(permission for permission in Permission if permission in missing)
    return deny(_("You cannot put “%(what)s” into a role: yours does not include it.") % {"what": LABELS[first]})


def can_edit_role(actor: Membership, role: Role) -> Decision:
    """R-3, R-6, R-7: a custom role that allows no more than the actor's own, and whose holders all hold no more.

    One query at most.
    """
    if not (answer := can_manage_roles(actor)):
        return answer
    if role.organization_id is None:
        return not_applicable(_("%(role)s is a built-in role and stays as it is.") % {"role": role.label})
    if beyond(permissions_of(role), permissions_of_member(actor)):
        return deny(_("%(role)s allows more than your role. Ask an Admin.") % {"role": role.label})
    if holder := holder_above(actor.organization, role, permissions_of_member(actor)):
        return deny(
            _("%(name)s has %(role)s too, and other roles that allow more than yours. Ask an Admin.")
            % {"name": holder.name, "role": role.label}
        )
    return ALLOWED


def can_delete_role(actor: Membership, role: Role) -> Decision:
    """The same people."""
    return can_edit_role(actor, role)


def can_replace_role(actor: Membership, role: Role, replacement: Role) -> Decision:
    """R-6: the holders of a role that goes get another one of the organization, which the actor may give."""
    if replacement.pk == role.pk:
        return deny(_("Choose another role."))
    return roles_fit(actor.organization, [replacement]) and can_give_role(actor, replacement)
