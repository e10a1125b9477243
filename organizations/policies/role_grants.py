"""What a member may do, and which roles they may give."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from base.policies import ALLOWED, Decision, deny, not_applicable
from base.text import canonical_email
from organizations.models import Membership, Organization, Role, Scheme, Status
from organizations.permissions import ADMINISTRATIVE, LABELS, Permission, missing_admin_permissions
from organizations.queries import permissions_of_member, stored_member
from organizations.roles import permissions_of


def can(actor: Membership, permission: Permission) -> Decision:
    """Active members with the permission."""
    if actor.status != Status.ACTIVE:
        return not_applicable(_("You no longer have access to this organization."))
    if permission in permissions_of_member(actor):
        return ALLOWED
    return not_applicable(
        _("Your role doesn’t include “%(permission)s”. Ask an Admin for access.") % {"permission": LABELS[permission]}
    )


def can_give_role(actor: Membership, role: Role) -> Decision:
    """R-6: users can't give a role with an administrative permission that they lack."""
    if not missing_admin_permissions(permissions_of(role), permissions_of_member(actor)):
        return ALLOWED
    return deny(_("You can’t give the role %(role)s because it allows more than yours.") % {"role": role.label})


def can_give_roles(actor: Membership, roles: Iterable[Role]) -> Decision:
    """R-6 for several roles. Returns the first refusal, if any."""
    return next((decision for role in roles if not (decision := can_give_role(actor, role))), ALLOWED)


def can_be_inviter(actor: Membership, roles: Iterable[Role]) -> Decision:
    """Whether people who haven't joined can get these roles from the actor, without another inviter.

    An organization's key is no member. So it can't be the inviter who could still give an administrative role when the
    invitation is accepted (invitations.policies.can_accept).
    """
    if stored_member(actor) is not None or not any(permissions_of(role) & ADMINISTRATIVE for role in roles):
        return ALLOWED
    return deny(_("An organization’s key can’t give administrative roles to people who haven’t joined."))


def roles_allowed(organization: Organization, roles: list[Role]) -> Decision:
    """R-1, R-2: one role in a ranked scheme, one or more in a task scheme, all of them the organization's roles."""
    if not roles:
        return deny(_("Choose a role."))
    if organization.scheme == Scheme.RANKED and len(roles) > 1:
        return deny(_("Choose one role."))
    own = all(role.organization_id in (None, organization.pk) and role.scheme == organization.scheme for role in roles)
    return ALLOWED if own else deny(_("Choose a role of this organization."))


def can_add_users(actor: Membership) -> Decision:
    """W-1: members who may invite people, unless the organization enforces single sign-on (O-4)."""
    if actor.organization.sso_enforced:
        return deny(_("This organization requires single sign-on. Add people in your identity provider instead."))
    return can(actor, Permission.PEOPLE_INVITE)


def domain_allowed(organization: Organization, email: str) -> Decision:
    """Whether a valid email address, canonical or not, is in one of the organization's allowed domains."""
    domains = organization.allowed_email_domains
    if not domains or canonical_email(email).rpartition("@")[2] in domains:
        return ALLOWED
    return deny(_("Use an email address at %(domains)s.") % {"domains": ", ".join(domains)})
