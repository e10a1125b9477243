"""The rules for signing in and for removing a second factor."""

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.queries import get_account_rules, get_second_factors
from base.policies import ALLOWED, Decision, deny


def can_sign_in(user: User) -> Decision:
    """Return whether the user may sign in (U-10): they are active, and settings.SIGN_IN_RULE allows it.

    That rule checks their memberships. Checked at every sign-in and again before each email about an account.
    """
    if not user.is_active:
        return deny(_("Your account is deactivated. Ask an Admin to reactivate it."))
    return import_string(settings.SIGN_IN_RULE)(user)


def can_remove_factor(user: User) -> Decision:
    """Return whether the user may remove one of their second factors: not the last while one is required (S-3)."""
    factors = get_second_factors(user)
    if factors.app + factors.passkeys > 1 or not get_account_rules(user).requires_two_factor:
        return ALLOWED
    return deny(
        _("Your organization requires two-factor authentication. Add another passkey or an authenticator app first.")
    )
