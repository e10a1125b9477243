"""What a member may do, and which roles they may give."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from base.policies import ALLOWED, Decision, deny, not_applicable
from base.text import canonical_email
from organizations.models import Membership, Organization, Role, Scheme, Status
from organizations.permissions import LABELS, Permission, beyond
from organizations.queries import permissions_of_member
from organizations.roles import permissions_of


def can(actor: Membership, permission: Permission) -> Decision:
    """The member is active and holds the permission."""
    if actor.status != Status.ACTIVE:
        return not_applicable(_("Your access to this organization has ended."))
    if permission in permissions_of_member(actor):
        return ALLOWED
    return not_applicable(
        _("Your role does not include “%(what)s”. Ask an Admin for it.") % {"what": LABELS[permission]}
    )


def can_give_role(actor: Membership, role: Role) -> Decision:
    """R-6: nobody gives a role holding an administrative permission that they lack."""
    if not beyond(permissions_of(role), permissions_of_member(actor)):
        return ALLOWED
    return deny(_("You cannot give the role %(role)s: it allows more than yours.") % {"role": role.label})


def can_give_roles(actor: Membership, roles: Iterable[Role]) -> Decision:
    """R-6 for several roles: the first refusal, if any."""
    return next((answer for role in roles if not (answer := can_give_role(actor, role))), ALLOWED)


def roles_fit(organization: Organization, roles: list[Role]) -> Decision:
    """R-1, R-2: one role in a ranked scheme, one or more in a task scheme, each offered here."""
    if not roles:
        return deny(_("Choose a role."))
    if organization.scheme == Scheme.RANKED and len(roles) > 1:
        return deny(_("Choose one role."))
    own = all(role.organization_id in (None, organization.pk) and role.scheme == organization.scheme for role in roles)
    return ALLOWED if own else deny(_("Choose a role of this organization."))


def can_add_users(actor: Membership) -> Decision:
    """W-1: those who may invite, unless single sign-on is enforced (O-4)."""
    if actor.organization.sso_enforced:
        return deny(
            _("People join through your identity provider, because single sign-on is required. Add them there.")
        )
    return can(actor, Permission.PEOPLE_INVITE)


def domain_allowed(organization: Organization, email: str) -> Decision:
    """Whether an address (canonical or not, but valid) belongs to a domain that the organization allows."""
    domains = organization.allowed_email_domains
    if not domains or canonical_email(email).rpartition("@")[2] in domains:
        return ALLOWED
    return deny(_("Use an address at %(domains)s.") % {"domains": ", ".join(domains)})
