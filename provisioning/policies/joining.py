"""How people with a proven address at a verified domain join an organization without an invitation (O-5)."""

from django.utils.translation import gettext as _

from base.policies import ALLOWED, Decision, deny
from organizations.models import JoinRule, Organization, Role
from organizations.permissions import ADMINISTRATIVE
from organizations.roles import permissions_of


def is_everyday(role: Role) -> bool:
    """R-6: a role without administrative permissions. Only these are given without an invitation."""
    return not permissions_of(role) & ADMINISTRATIVE


def can_be_join_role(organization: Organization, role: Role) -> Decision:
    """Everyday roles of the organization."""
    if role.organization_id not in (None, organization.pk) or role.scheme != organization.scheme:
        return deny(_("Choose a role of this organization."))
    if not is_everyday(role):
        return deny(_("%(role)s isn’t an everyday role. It needs an invitation.") % {"role": role.label})
    return ALLOWED


def join_role_of(organization: Organization) -> Role | None:
    """Return the role for people who join, None if it is gone or has become administrative since it was chosen."""
    role = organization.join_role
    return role if role and can_be_join_role(organization, role) else None


def effective_join_rule(organization: Organization) -> JoinRule:
    """Return the rule that applies: without a role that can be given, people ask instead of joining automatically."""
    if organization.join_rule == JoinRule.AUTOMATIC and join_role_of(organization) is None:
        return JoinRule.ASK
    return JoinRule(organization.join_rule)
