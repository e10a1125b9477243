"""Who may put members into groups, and take them out."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from base.policies import ALLOWED, Decision, absent, refuse
from organizations.models import Group, ManagedBy, Membership, Organization, Role
from organizations.permissions import Permission
from organizations.policies.giving import can, can_give_roles
from organizations.policies.members import outranks
from organizations.queries import roles_of_group, roles_of_groups


def _holds_members(group: Group) -> Decision:
    """G-3: an identity provider's groups take their members from it alone."""
    if group.managed_by != ManagedBy.SCIM:
        return ALLOWED
    return absent(_("%(group)s is managed externally: change its members there.") % {"group": group.name})


def _may_manage(actor: Membership) -> Decision:
    return can(actor, Permission.GROUPS_MANAGE) or can(actor, Permission.PEOPLE_EDIT)


def can_give_group(actor: Membership, group: Group, carried: Sequence[Role]) -> Decision:
    """R-6, G-4: nobody puts a person into a group whose roles (`carried`) give more than they have; G-3: nor anybody
    into an external one."""
    answer = _holds_members(group)
    if answer and not can_give_roles(actor, carried):
        return refuse(_("You cannot add people to %(group)s: it allows more than your role.") % {"group": group.name})
    return answer


def can_give_groups(actor: Membership, organization: Organization, groups: Iterable[Group]) -> Decision:
    """can_give_group() for several: the first refusal, if any."""
    groups = list(groups)
    carried = roles_of_groups(organization, [group.pk for group in groups])
    answers = (can_give_group(actor, group, carried.get(group.pk, [])) for group in groups)
    return next((answer for answer in answers if not answer), ALLOWED)


def can_add_to_group(actor: Membership, group: Group) -> Decision:
    """Whoever manages groups or edits people, for a group that gives no more than they have (R-6, G-4)."""
    return _may_manage(actor) and can_give_groups(actor, actor.organization, [group])


def can_take_from_group(actor: Membership, group: Group, member: Membership) -> Decision:
    """The same people; where the group carries roles, R-7 protects who holds more than they do."""
    if not (answer := _may_manage(actor)) or not (answer := _holds_members(group)):
        return answer
    return outranks(actor, member) if roles_of_group(group) else ALLOWED
