"""What may be done to a member. A refusal that does not apply is left out of menus; one that does is shown off."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from base.policies import ALLOWED, Decision, deny, not_applicable
from organizations.models import ManagedBy, Membership, Organization, Role, Status
from organizations.permissions import Permission, beyond
from organizations.policies.giving import can, can_give_roles, roles_fit
from organizations.queries import (
    admin_exists,
    group_roles_of,
    is_last_admin,
    permissions_of_member,
    roles_of,
    shared_with_others,
)
from organizations.roles import admin_role_id


def outranks(actor: Membership, member: Membership) -> Decision:
    """R-7: nobody changes a member who holds an administrative permission that they lack."""
    if not beyond(permissions_of_member(member), permissions_of_member(actor)):
        return ALLOWED
    return deny(_("%(name)s’s role allows more than yours. Ask an Admin.") % {"name": member.name})


def keeps_admin(organization: Organization, *, without: Membership | None = None) -> Decision:
    """R-8: an active Admin who can sign in is there, besides `without`. Exact under the organization's lock."""
    return ALLOWED if admin_exists(organization, besides=without) else needs_admin(organization)


def needs_admin(organization: Organization) -> Decision:
    """The words of R-8."""
    return deny(
        _("%(organization)s needs at least one active Admin. Make somebody else an Admin first.")
        % {"organization": organization.name}
    )


def _spares_admin(member: Membership) -> Decision:
    return keeps_admin(member.organization, without=member) if is_last_admin(member) else ALLOWED


def _not_oneself(actor: Membership, member: Membership, words: str) -> Decision:
    return not_applicable(words) if actor.pk == member.pk else ALLOWED


def can_edit_member(actor: Membership, member: Membership) -> Decision:
    """U-8, R-7: whoever may edit people; one's own entry too."""
    return can(actor, Permission.PEOPLE_EDIT) and outranks(actor, member)


def can_rename(actor: Membership, member: Membership) -> Decision:
    """U-8, U-16: an identity provider owns the names of those whom it manages."""
    if member.managed_by == ManagedBy.SCIM:
        return not_applicable(
            _("%(name)s is managed externally: your identity provider owns name and address. Change them there.")
            % {"name": member.name}
        )
    return can_edit_member(actor, member)


def can_change_roles(actor: Membership, member: Membership, roles: Sequence[Role]) -> Decision:
    """R-6, R-7: these instead of the roles given directly; what the member has already is not given anew."""
    if not (answer := can_edit_member(actor, member)) or not (answer := roles_fit(member.organization, list(roles))):
        return answer
    held = {role.pk for role in roles_of(member)}
    if not (answer := can_give_roles(actor, [role for role in roles if role.pk not in held])):
        return answer
    stays = admin_role_id(member.organization.scheme) in {role.pk for role in roles}
    return ALLOWED if stays else can_lose_roles(member)


def can_lose_roles(member: Membership) -> Decision:
    """R-8: the organization can do without the roles that the member holds directly."""
    admin = admin_role_id(member.organization.scheme)
    return ALLOWED if admin in {role.pk for role, _group in group_roles_of(member)} else _spares_admin(member)


def can_deactivate_member(actor: Membership, member: Membership) -> Decision:
    """U-10, U-11, R-7, R-8."""
    if not (answer := _not_oneself(actor, member, _("You cannot deactivate yourself."))):
        return answer
    if member.status != Status.ACTIVE:
        return not_applicable(_("%(name)s is not active.") % {"name": member.name})
    if not (answer := can(actor, Permission.PEOPLE_ADMIN)) or not (answer := outranks(actor, member)):
        return answer
    # Before sharing, whose words send one to a deletion that the last Admin bars as well.
    if (answer := _spares_admin(member)) and not member.organization.deactivate_shared and shared_with_others(member):
        return deny(
            _("%(name)s is a member of other organizations and cannot be deactivated; delete instead.")
            % {"name": member.name}
        )
    return answer


def can_reactivate_member(actor: Membership, member: Membership) -> Decision:
    """U-10: undoes a deactivation; R-7 as for one."""
    if member.status != Status.DEACTIVATED:
        return not_applicable(_("%(name)s is not deactivated.") % {"name": member.name})
    return can(actor, Permission.PEOPLE_ADMIN) and outranks(actor, member)


def can_delete_member(actor: Membership, member: Membership) -> Decision:
    """U-13, U-14, U-16, R-7, R-8: members of every status."""
    if not (answer := _not_oneself(actor, member, _("You cannot delete yourself."))):
        return answer
    if member.managed_by == ManagedBy.SCIM:
        return not_applicable(
            _("%(name)s is managed externally. Remove them in your identity provider.") % {"name": member.name}
        )
    if not (answer := can(actor, Permission.PEOPLE_ADMIN)) or not (answer := outranks(actor, member)):
        return answer
    return _spares_admin(member)


def can_reset_two_factor(actor: Membership, member: Membership) -> Decision:
    """U-9, R-7. A user whom other organizations trust too keeps their second factor: none may weaken another's door."""
    if not (answer := _not_oneself(actor, member, _("You cannot reset your own two-factor authentication here."))):
        return answer
    if not (answer := can(actor, Permission.PEOPLE_ADMIN)):
        return answer
    if not member.two_factor:
        return not_applicable(
            _("Multi-factor authentication has not been set up for %(name)s.") % {"name": member.name}
        )
    if not (answer := outranks(actor, member)):
        return answer
    if shared_with_others(member):
        return deny(
            _("%(name)s is a member of other organizations, so no single one can reset their 2FA.")
            % {"name": member.name}
        )
    return ALLOWED


def can_end_sessions(actor: Membership, member: Membership) -> Decision:
    """S-5, R-7: for who can be signed in."""
    if member.status != Status.ACTIVE:
        return not_applicable(_("%(name)s is not active.") % {"name": member.name})
    return can(actor, Permission.PEOPLE_ADMIN) and outranks(actor, member)
