"""Who may make groups, change and delete them, put members into them and take them out."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from base.policies import ALLOWED, Decision, deny, not_applicable
from organizations.models import Group, ManagedBy, Membership, Organization, Role
from organizations.permissions import Permission
from organizations.policies.giving import can, can_give_roles
from organizations.policies.members import needs_admin, outranks
from organizations.queries import (
    admin_exists,
    group_has_holder_of,
    permissions_of_member,
    roles_beyond,
    roles_in,
    roles_of_group,
    roles_of_groups,
)
from organizations.roles import admin_role_id


def _holds_members(group: Group) -> Decision:
    """G-3: an identity provider's groups take their members from it alone."""
    if group.managed_by != ManagedBy.SCIM:
        return ALLOWED
    return not_applicable(_("%(group)s is managed externally: change its members there.") % {"group": group.name})


def can_fill_groups(actor: Membership) -> Decision:
    """Whoever manages groups, or edits people: which of them, can_add_to_group() says."""
    return can(actor, Permission.GROUPS_MANAGE) or can(actor, Permission.PEOPLE_EDIT)


def can_give_group(actor: Membership, group: Group, carried: Sequence[Role]) -> Decision:
    """R-6, G-4: nobody puts a person into a group whose roles (`carried`) give more than they have; G-3: nor anybody
    into an external one."""
    answer = _holds_members(group)
    if answer and not can_give_roles(actor, carried):
        return deny(_("You cannot add people to %(group)s: it allows more than your role.") % {"group": group.name})
    return answer


def can_give_groups(actor: Membership, organization: Organization, groups: Iterable[Group]) -> Decision:
    """can_give_group() for several: the first refusal, if any."""
    groups = list(groups)
    carried = roles_of_groups(organization, [group.pk for group in groups])
    answers = (can_give_group(actor, group, carried.get(group.pk, [])) for group in groups)
    return next((answer for answer in answers if not answer), ALLOWED)


def can_add_to_group(actor: Membership, group: Group) -> Decision:
    """Whoever manages groups or edits people, for a group that gives no more than they have (R-6, G-4)."""
    return can_fill_groups(actor) and can_give_groups(actor, actor.organization, [group])


def can_manage_members_of(actor: Membership, group: Group) -> Decision:
    """Whether the actor may take members out of the group at all: can_take_from_group() decides for each."""
    return can_fill_groups(actor) and _holds_members(group)


def can_take_from_group(actor: Membership, group: Group, member: Membership) -> Decision:
    """The same people; where the group carries roles, R-7 protects who holds more than they do."""
    if not (answer := can_manage_members_of(actor, group)):
        return answer
    return outranks(actor, member) if roles_of_group(group) else ALLOWED


def can_manage_groups(actor: Membership) -> Decision:
    """G-1: whoever manages groups makes them."""
    return can(actor, Permission.GROUPS_MANAGE)


def can_edit_group(actor: Membership, group: Group) -> Decision:
    """G-2, G-3: name and description; an identity provider's groups are named there."""
    if group.managed_by == ManagedBy.SCIM:
        return not_applicable(_("%(group)s is managed externally: rename it there.") % {"group": group.name})
    return can_manage_groups(actor)


def can_delete_group(actor: Membership, group: Group) -> Decision:
    """G-2, G-3; what its members lose with it must be the actor's to take (R-7), and an Admin must stay (R-8)."""
    if group.managed_by == ManagedBy.SCIM:
        return not_applicable(_("%(group)s is managed externally: delete it there.") % {"group": group.name})
    return can_manage_groups(actor) and _may_lose(actor, group, roles_of_group(group))


def can_give_group_projects(actor: Membership) -> Decision:
    """G-2, G-3, P-1: whoever manages groups or projects, for every group."""
    return can(actor, Permission.PROJECTS_MANAGE) or can_manage_groups(actor)


def can_change_group_roles(
    actor: Membership, group: Group, *, give: Sequence[Role] = (), take: Sequence[Role] = ()
) -> Decision:
    """G-4, and G-3 for every group: R-6 for what is given, R-7 and R-8 for what is taken away."""
    if not (answer := can_manage_groups(actor)):
        return answer
    offered = {role.pk for role in roles_in(actor.organization)} if give else set()
    if any(role.pk not in offered for role in give):
        return deny(_("Choose a role of this organization."))
    return can_give_roles(actor, give) and _may_lose(actor, group, take)


def _may_lose(actor: Membership, group: Group, roles: Sequence[Role]) -> Decision:
    """Whether the group's members may lose these roles by the actor's hand."""
    if not roles:
        return ALLOWED
    above = roles_beyond(actor.organization, permissions_of_member(actor))
    if {role.pk for role in roles} & {role.pk for role in above}:
        return deny(_("%(group)s allows more than your role. Ask an Admin.") % {"group": group.name})
    if group_has_holder_of(group, above):
        return deny(
            _("Somebody in %(group)s has a role that allows more than yours. Ask an Admin.") % {"group": group.name}
        )
    if admin_role_id(actor.organization.scheme) in {role.pk for role in roles} and not admin_exists(
        actor.organization, besides_group=group
    ):
        return needs_admin(actor.organization)
    return ALLOWED
