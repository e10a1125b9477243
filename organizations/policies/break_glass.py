"""Break-glass Admins (O-4): who can be one, who chooses them, and that one remains while single sign-on is enforced."""

from django.utils.translation import gettext as _

from base.policies import ALLOWED, Decision, deny, not_applicable
from organizations.models import Group, Membership, Organization, Status
from organizations.permissions import Permission
from organizations.policies.role_grants import can
from organizations.queries import all_roles_of, break_glass_admins
from organizations.roles import admin_role_id


def can_be_break_glass(member: Membership) -> Decision:
    """Whether the member could sign in with their own password and second factor: active Admins who have both."""
    name = {"name": member.name}
    is_admin = admin_role_id(member.organization.scheme) in {role.pk for role in all_roles_of(member)}
    if member.status != Status.ACTIVE or member.user is None or not is_admin:
        return not_applicable(_("%(name)s isn’t an active Admin.") % name)
    if not member.user.has_usable_password():
        return deny(_("%(name)s has no password. They need one to sign in without single sign-on.") % name)
    if not member.two_factor:
        return deny(_("%(name)s hasn’t set up two-factor authentication.") % name)
    return ALLOWED


def can_add_break_glass(actor: Membership, member: Membership) -> Decision:
    """Members who manage security."""
    if not (decision := can(actor, Permission.SECURITY_MANAGE)):
        return decision
    return can_be_break_glass(member)


def can_remove_break_glass(actor: Membership, member: Membership) -> Decision:
    """Members who manage security. The last one stays while single sign-on is enforced."""
    if not (decision := can(actor, Permission.SECURITY_MANAGE)):
        return decision
    return is_not_last_break_glass(member)


def keeps_break_glass(organization: Organization, *, without_group: Group | None = None) -> Decision:
    """O-4: while single sign-on is enforced, one break-glass Admin can sign in. Exact under the organization's lock.

    `without_group` ignores the Admin roles that come from this group. If no one can sign in now, nothing gets worse.
    """
    if not organization.sso_enforced or break_glass_admins(organization, besides_group=without_group):
        return ALLOWED
    if without_group is not None and not break_glass_admins(organization):
        return ALLOWED
    return needs_break_glass(organization)


def needs_break_glass(organization: Organization) -> Decision:
    """Return the refusal for O-4."""
    text = _("%(organization)s needs a break-glass Admin while single sign-on is enforced. Choose another one first.")
    return deny(text % {"organization": organization.name})


def is_not_last_break_glass(member: Membership) -> Decision:
    """Whether another break-glass Admin remains if this member is no longer one. No query for other members."""
    organization = member.organization
    if not member.is_break_glass or not organization.sso_enforced or not can_be_break_glass(member):
        return ALLOWED
    return ALLOWED if break_glass_admins(organization, besides=member) else needs_break_glass(organization)
