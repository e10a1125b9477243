"""What may be done to a member.

Menus leave out an action whose refusal does not apply, and show other refused actions as disabled, with the reason.
"""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from base.policies import ALLOWED, Decision, deny, not_applicable
from organizations.models import ManagedBy, Membership, Organization, Role, Status
from organizations.permissions import Permission, missing_admin_permissions
from organizations.policies.break_glass import is_not_last_break_glass
from organizations.policies.role_grants import can, can_give_roles, roles_allowed
from organizations.queries import (
    admin_exists,
    direct_roles_of,
    group_roles_of,
    is_last_admin,
    permissions_of_member,
    shared_with_others,
)
from organizations.roles import admin_role_id


def outranks(actor: Membership, member: Membership) -> Decision:
    """R-7: users can't change a member who has an administrative permission that they lack."""
    if not missing_admin_permissions(permissions_of_member(member), permissions_of_member(actor)):
        return ALLOWED
    return deny(_("%(name)s’s role allows more than yours. Ask an Admin.") % {"name": member.name})


def keeps_admin(organization: Organization, *, without: Membership | None = None) -> Decision:
    """R-8: the organization has an active Admin who can sign in, besides `without`. Exact under its lock."""
    return ALLOWED if admin_exists(organization, besides=without) else needs_admin(organization)


def needs_admin(organization: Organization) -> Decision:
    """Return the refusal for R-8."""
    return deny(
        _("%(organization)s needs at least one active Admin. Make someone else an Admin first.")
        % {"organization": organization.name}
    )


def is_not_last_admin(member: Membership) -> Decision:
    """R-8, and O-4 where single sign-on is enforced: whether the organization can do without the member."""
    if is_last_admin(member) and not (decision := keeps_admin(member.organization, without=member)):
        return decision
    return is_not_last_break_glass(member)


def _is_not_self(actor: Membership, member: Membership, reason: str) -> Decision:
    return not_applicable(reason) if actor.pk == member.pk else ALLOWED


def _is_active(member: Membership) -> Decision:
    return (
        ALLOWED
        if member.status == Status.ACTIVE
        else not_applicable(_("%(name)s isn’t active.") % {"name": member.name})
    )


def can_edit_member(actor: Membership, member: Membership) -> Decision:
    """U-8, R-7: members who may edit people, including their own entry."""
    return can(actor, Permission.PEOPLE_EDIT) and outranks(actor, member)


def can_rename(actor: Membership, member: Membership) -> Decision:
    """U-8, U-16: the names of members that an identity provider manages can be changed only there."""
    if member.managed_by == ManagedBy.SCIM:
        return not_applicable(
            _("%(name)s’s name and email come from your identity provider. Change them there.") % {"name": member.name}
        )
    return can_edit_member(actor, member)


def can_change_roles(actor: Membership, member: Membership, roles: Sequence[Role]) -> Decision:
    """R-6, R-7: replace the member's direct roles. Roles that the member already has don't count as given."""
    if not (decision := can_edit_member(actor, member)):
        return decision
    if not (decision := roles_allowed(member.organization, list(roles))):
        return decision
    held = {role.pk for role in direct_roles_of(member)}
    if not (decision := can_give_roles(actor, [role for role in roles if role.pk not in held])):
        return decision
    stays_admin = admin_role_id(member.organization.scheme) in {role.pk for role in roles}
    return ALLOWED if stays_admin else can_remove_roles(member)


def can_remove_roles(member: Membership) -> Decision:
    """R-8: the organization keeps an Admin if the member loses their direct roles."""
    admin = admin_role_id(member.organization.scheme)
    is_admin_via_group = admin in {role.pk for role, _group in group_roles_of(member)}
    return ALLOWED if is_admin_via_group else is_not_last_admin(member)


def can_deactivate_member(actor: Membership, member: Membership) -> Decision:
    """U-10, U-11, R-7, R-8."""
    if not (decision := _is_not_self(actor, member, _("You can’t deactivate yourself."))):
        return decision
    if not (decision := _is_active(member)):
        return decision
    if not (decision := can(actor, Permission.PEOPLE_ADMIN)) or not (decision := outranks(actor, member)):
        return decision
    # R-8 comes before U-11, whose reason suggests deleting. The last Admin can't be deleted either.
    if not (decision := is_not_last_admin(member)):
        return decision
    if not member.organization.deactivate_shared and shared_with_others(member):
        return deny(
            _("%(name)s is a member of other organizations and can’t be deactivated. Delete them instead.")
            % {"name": member.name}
        )
    return ALLOWED


def can_reactivate_member(actor: Membership, member: Membership) -> Decision:
    """U-10: undo a deactivation. R-7 applies as for deactivating."""
    if member.status != Status.DEACTIVATED:
        return not_applicable(_("%(name)s isn’t deactivated.") % {"name": member.name})
    return can(actor, Permission.PEOPLE_ADMIN) and outranks(actor, member)


def can_delete_member(actor: Membership, member: Membership) -> Decision:
    """U-13, U-14, U-16, R-7, R-8: members of every status."""
    if not (decision := _is_not_self(actor, member, _("You can’t delete yourself."))):
        return decision
    if member.managed_by == ManagedBy.SCIM:
        return not_applicable(
            _("%(name)s is managed by your identity provider. Remove them there.") % {"name": member.name}
        )
    if not (decision := can(actor, Permission.PEOPLE_ADMIN)) or not (decision := outranks(actor, member)):
        return decision
    return is_not_last_admin(member)


def can_reset_two_factor(actor: Membership, member: Membership) -> Decision:
    """U-9, R-7. Not for users of several organizations: one may not weaken the sign-in that the others rely on."""
    reason = _("You can’t reset your own two-factor authentication here.")
    if not (decision := _is_not_self(actor, member, reason)):
        return decision
    if not (decision := can(actor, Permission.PEOPLE_ADMIN)):
        return decision
    if not member.two_factor:
        return not_applicable(_("%(name)s hasn’t set up multi-factor authentication.") % {"name": member.name})
    if not (decision := outranks(actor, member)):
        return decision
    if shared_with_others(member):
        return deny(
            _("%(name)s is a member of other organizations, so you can’t reset their 2FA.") % {"name": member.name}
        )
    return is_not_last_break_glass(member)


def can_end_sessions(actor: Membership, member: Membership) -> Decision:
    """S-5, R-7: active members who have signed in before, because no one else can be signed in."""
    if not (decision := _is_active(member)):
        return decision
    if member.user_id is None:
        return not_applicable(_("%(name)s hasn’t signed in yet.") % {"name": member.name})
    return can(actor, Permission.PEOPLE_ADMIN) and outranks(actor, member)


def can_deprovision(member: Membership) -> Decision:
    """C-3, R-8, O-4: whether the member's identity provider may deactivate or delete them.

    U-11 doesn't apply, because only this organization's access ends.
    """
    if member.is_break_glass and member.organization.sso_enforced:
        return deny(_("%(name)s is a break-glass Admin. Choose another one first.") % {"name": member.name})
    return is_not_last_admin(member)
