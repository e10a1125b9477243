"""The rules for signing in, for second factors and for changing the email address."""

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.queries import get_second_factors, get_two_factor_rules
from base.policies import ALLOWED, Decision, deny


def can_sign_in(user: User, method: str = "") -> Decision:
    """Return whether the user may sign in (U-10, O-4): they are active, and settings.SIGN_IN_RULE allows it.

    `method` is "password", "passkey" or "sso", or "" to ask for any. The rule checks the user's memberships. Checked at
    every sign-in, and without a method before each email about an account.
    """
    if not user.is_active:
        return deny(_("Your account is deactivated. Ask an Admin to reactivate it."))
    return import_string(settings.SIGN_IN_RULE)(user, method)


def can_turn_off_two_factor(user: User) -> Decision:
    """Return whether the user may remove their last second factor: not while an organization requires one (S-3)."""
    required_by = get_two_factor_rules(user).required_by
    if not required_by:
        return ALLOWED
    text = _("You can’t turn off two-factor authentication because it’s required by %(names)s.")
    return deny(text % {"names": get_text_list(list(required_by), _("and"))})


def can_remove_factor(user: User) -> Decision:
    """Return whether the user may remove one of their second factors: not the last while one is required (S-3)."""
    factors = get_second_factors(user)
    return ALLOWED if factors.app + factors.passkeys > 1 else can_turn_off_two_factor(user)


def can_change_email(user: User, email: str = "") -> Decision:
    """Return whether the user may change their address, to `email` if given. settings.EMAIL_CHANGE_RULE decides.

    Checked when the change is asked for, and again when it is confirmed.
    """
    return import_string(settings.EMAIL_CHANGE_RULE)(user, email)
