"""Whether single sign-on may be enforced, or no longer be (O-4)."""

from django.utils.translation import gettext as _

from base.policies import ALLOWED, Decision, deny
from organizations.models import Membership
from organizations.permissions import Permission
from organizations.policies import can
from organizations.queries import break_glass_admins
from provisioning.models import IdentityProvider
from provisioning.queries.sso_tests import last_test


def connection_works(identity_provider: IdentityProvider | None) -> Decision:
    """Whether the provider is offered at sign-in, and the last test of its settings as they are now has passed."""
    if identity_provider is None or not identity_provider.is_enabled:
        return deny(_("Set up single sign-on and turn it on first."))
    test = last_test(identity_provider)
    if test is None:
        return deny(_("Test the connection first. It hasn’t been tested with the current settings."))
    return ALLOWED if test.passed else deny(_("The last test of the connection failed. Fix it, and test again."))


def has_break_glass(actor: Membership) -> Decision:
    """Whether an Admin could sign in if the provider fails."""
    if break_glass_admins(actor.organization):
        return ALLOWED
    return deny(_("Choose a break-glass Admin with two-factor authentication first."))


def can_enforce_sso(actor: Membership, identity_provider: IdentityProvider | None) -> Decision:
    """O-4: members who manage security, once a test has worked and a break-glass Admin exists."""
    if not (decision := can(actor, Permission.SECURITY_MANAGE)):
        return decision
    if not (decision := connection_works(identity_provider)):
        return decision
    return has_break_glass(actor)


def can_stop_enforcing_sso(actor: Membership) -> Decision:
    """Members who manage security."""
    return can(actor, Permission.SECURITY_MANAGE)
