"""System checks for the settings that name functions of apps of a higher rank."""

from django.conf import settings
from django.core.checks import Error, register
from django.utils.module_loading import import_string


@register("accounts")
def check_paths(app_configs: object, **kwargs: object) -> list[Error]:
    """Check the paths in the settings of rules and listeners (accounts.E001)."""
    errors = []
    for path in (
        settings.SIGN_IN_RULE,
        settings.SSO_CHOICES,
        settings.SSO_SET_UP_RULE,
        settings.ACCOUNT_RULES,
        settings.SESSION_IDLE_RULE,
        settings.TWO_FACTOR_RULES,
        settings.EMAIL_CHANGE_RULE,
        *settings.EMAIL_LISTENERS,
        *settings.EVENT_REJECTION_LISTENERS,
        settings.AWAITED_MEMBER,
        settings.RESEND_INVITATIONS,
        *settings.TWO_FACTOR_LISTENERS,
        settings.SECURITY_EVENT_MEMBERSHIPS,
    ):
        try:
            import_string(path)
        except ImportError as error:
            errors.append(Error(f"{path} can't be imported: {error}", id="accounts.E001"))
    return errors
