"""Who may sign in."""

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.models import User
from base.policies import Decision, deny


def can_sign_in(user: User) -> Decision:
    """U-10: asked at every sign-in and again before each mail about an account. The user is not switched off, and
    settings.SIGN_IN_RULE, which knows where they are a member, has nothing against it."""
    if not user.is_active:
        return deny(_("This account is switched off. Ask an Admin of your organization."))
    return import_string(settings.SIGN_IN_RULE)(user)
