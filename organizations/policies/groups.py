"""Who may create, edit and delete groups, and add and remove their members."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from base.policies import ALLOWED, Decision, deny, not_applicable
from organizations.models import Group, ManagedBy, Membership, Organization, Role
from organizations.permissions import Permission
from organizations.policies.break_glass import keeps_break_glass
from organizations.policies.members import needs_admin, outranks
from organizations.policies.role_grants import can, can_give_roles
from organizations.queries import (
    admin_exists,
    group_has_member_with,
    permissions_of_member,
    roles_exceeding,
    roles_in,
    roles_of_group,
    roles_of_groups,
)
from organizations.roles import admin_role_id


def _members_are_editable(group: Group) -> Decision:
    """G-3: the members of an identity provider's groups can be changed only there."""
    if group.managed_by != ManagedBy.SCIM:
        return ALLOWED
    return not_applicable(
        _("Membership of %(group)s is managed by your identity provider. Change it there.") % {"group": group.name}
    )


def can_change_group_members(actor: Membership) -> Decision:
    """Members who manage groups or edit people. can_add_to_group() decides for each group."""
    return can(actor, Permission.GROUPS_MANAGE) or can(actor, Permission.PEOPLE_EDIT)


def can_assign_group(actor: Membership, group: Group, roles: Sequence[Role]) -> Decision:
    """Whether a person can be put into the group, which has these roles.

    R-6, G-4: users can't add people to a group whose roles allow more than theirs. G-3: no one can add people to an
    identity provider's group.
    """
    decision = _members_are_editable(group)
    if decision and not can_give_roles(actor, roles):
        return deny(
            _("You can’t add people to %(group)s because it allows more than your role.") % {"group": group.name}
        )
    return decision


def can_assign_groups(actor: Membership, organization: Organization, groups: Iterable[Group]) -> Decision:
    """can_assign_group() for several groups. Returns the first refusal, if any."""
    groups = list(groups)
    roles = roles_of_groups(organization, [group.pk for group in groups])
    decisions = (can_assign_group(actor, group, roles.get(group.pk, [])) for group in groups)
    return next((decision for decision in decisions if not decision), ALLOWED)


def can_add_to_group(actor: Membership, group: Group) -> Decision:
    """Members who manage groups or edit people, if the group's roles allow no more than theirs (R-6, G-4)."""
    return can_change_group_members(actor) and can_assign_groups(actor, actor.organization, [group])


def can_remove_group_members(actor: Membership, group: Group) -> Decision:
    """Whether the actor may remove members from the group at all. can_remove_from_group() decides for each member."""
    return can_change_group_members(actor) and _members_are_editable(group)


def can_remove_from_group(actor: Membership, group: Group, member: Membership) -> Decision:
    """As can_remove_group_members(). If the group has roles, R-7 protects members whose roles allow more."""
    if not (decision := can_remove_group_members(actor, group)):
        return decision
    return outranks(actor, member) if roles_of_group(group) else ALLOWED


def can_manage_groups(actor: Membership) -> Decision:
    """G-1: members with the permission to manage groups can create them."""
    return can(actor, Permission.GROUPS_MANAGE)


def can_edit_group(actor: Membership, group: Group) -> Decision:
    """G-2, G-3: name and description. An identity provider's groups can be renamed only there."""
    if group.managed_by == ManagedBy.SCIM:
        return not_applicable(
            _("%(group)s is managed by your identity provider. Rename it there.") % {"group": group.name}
        )
    return can_manage_groups(actor)


def can_delete_group(actor: Membership, group: Group) -> Decision:
    """G-2, G-3. The actor must be allowed to remove the group's roles (R-7), and an Admin must remain (R-8)."""
    if group.managed_by == ManagedBy.SCIM:
        return not_applicable(
            _("%(group)s is managed by your identity provider. Delete it there.") % {"group": group.name}
        )
    return can_manage_groups(actor) and _can_remove_roles(actor, group, roles_of_group(group))


def can_give_group_projects(actor: Membership) -> Decision:
    """G-2, G-3, P-1: members who manage groups or projects, for every group."""
    return can(actor, Permission.PROJECTS_MANAGE) or can_manage_groups(actor)


def can_change_group_roles(
    actor: Membership, group: Group, *, add: Sequence[Role] = (), remove: Sequence[Role] = ()
) -> Decision:
    """G-4, and G-3 for every group. R-6 for the added roles; R-7 and R-8 for the removed ones."""
    if not (decision := can_manage_groups(actor)):
        return decision
    available = {role.pk for role in roles_in(actor.organization)} if add else set()
    if any(role.pk not in available for role in add):
        return deny(_("Choose a role of this organization."))
    return can_give_roles(actor, add) and _can_remove_roles(actor, group, remove)


def _can_remove_roles(actor: Membership, group: Group, roles: Sequence[Role]) -> Decision:
    """Whether the actor may remove these roles from the group's members."""
    if not roles:
        return ALLOWED
    stronger = roles_exceeding(actor.organization, permissions_of_member(actor))
    if {role.pk for role in roles} & {role.pk for role in stronger}:
        return deny(_("%(group)s allows more than your role. Ask an Admin.") % {"group": group.name})
    if group_has_member_with(group, stronger):
        return deny(
            _("Someone in %(group)s has a role that allows more than yours. Ask an Admin.") % {"group": group.name}
        )
    if admin_role_id(actor.organization.scheme) in {role.pk for role in roles} and not admin_exists(
        actor.organization, besides_group=group
    ):
        return needs_admin(actor.organization)
    return keeps_break_glass(actor.organization, without_group=group)
