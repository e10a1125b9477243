"""System checks of the paths of other apps' functions in settings, and of the email provider's webhook."""

from django.conf import settings
from django.core.checks import Error, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from base.mail import email_provider
from outbox.queries import renderer_paths
from outbox.webhooks import UnusableKey, load_webhook


def _path_errors(setting: str, path: str, error_id: str) -> list[Error]:
    try:
        target = import_string(path)
    except ImportError as error:
        return [Error(f"{setting} names {path}, which can't be imported: {error}", id=error_id)]
    return [] if callable(target) else [Error(f"{setting} names {path}, which isn't callable.", id=error_id)]


@register("outbox")
def check_paths(app_configs: object, **kwargs: object) -> list[Error]:
    """Check the paths in OUTBOX_KINDS (outbox.E001), OUTBOX_LISTENERS and OUTBOX_EVENT_LISTENERS (outbox.E002)."""
    errors = [
        error for path in renderer_paths().values() for error in _path_errors("OUTBOX_KINDS", path, "outbox.E001")
    ]
    for setting in ("OUTBOX_LISTENERS", "OUTBOX_EVENT_LISTENERS"):
        for path in getattr(settings, setting, []):
            errors += _path_errors(setting, path, "outbox.E002")
    return errors


@register("outbox", "teamadmin")  # the start of every process runs those with the tag "teamadmin"
def check_webhook(app_configs: object, **kwargs: object) -> list[Warning]:
    """Check the key for the signatures of the email provider's reports (outbox.W003)."""
    provider = email_provider()
    try:
        load_webhook(provider)
    except UnusableKey as error:
        hint = "Email is sent, but the provider's delivery reports get 404."
        return [Warning(f"The webhook of {provider} is off: {error}", hint=hint, id="outbox.W003")]
    except ImproperlyConfigured:  # no reports were asked for: the provider signs them, but its key isn't set
        pass
    return []
