"""System checks: the settings by which accounts asks apps above it."""

from django.conf import settings
from django.core.checks import Error, register
from django.utils.module_loading import import_string


@register("accounts")
def check_paths(app_configs: object, **kwargs: object) -> list[Error]:
    """accounts.E001: SIGN_IN_RULE or one of TWO_FACTOR_LISTENERS names no function."""
    errors = []
    for path in (settings.SIGN_IN_RULE, *settings.TWO_FACTOR_LISTENERS):
        try:
            import_string(path)
        except ImportError as error:
            errors.append(Error(f"{path} cannot be imported: {error}", id="accounts.E001"))
    return errors
