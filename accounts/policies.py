"""The rules for signing in and for changing the email address."""

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.models import User
from base.policies import Decision, deny


def can_sign_in(user: User) -> Decision:
    """Return whether the user may sign in (U-10): they are active, and settings.SIGN_IN_RULE allows it.

    That rule checks their memberships. Checked at every sign-in and again before each email about an account.
    """
    if not user.is_active:
        return deny(_("Your account is deactivated. Ask an Admin to reactivate it."))
    return import_string(settings.SIGN_IN_RULE)(user)


def can_change_email(user: User, email: str = "") -> Decision:
    """Return whether the user may change their address, to `email` if given. settings.EMAIL_CHANGE_RULE decides.

    Checked when the change is asked for, and again when it is confirmed.
    """
    return import_string(settings.EMAIL_CHANGE_RULE)(user, email)
