"""System checks: the settings that name functions of other apps by their path."""

from django.conf import settings
from django.core.checks import Error, register
from django.utils.module_loading import import_string

from outbox.queries import kinds


def _complaint(setting: str, path: str, code: str) -> list[Error]:
    try:
        found = import_string(path)
    except ImportError as error:
        return [Error(f"{setting} names {path}, which cannot be imported: {error}", id=code)]
    return [] if callable(found) else [Error(f"{setting} names {path}, which is no function.", id=code)]


@register("outbox")
def check_paths(app_configs: object, **kwargs: object) -> list[Error]:
    """outbox.E001: a renderer of OUTBOX_KINDS; outbox.E002: a function of OUTBOX_LISTENERS."""
    listeners = getattr(settings, "OUTBOX_LISTENERS", [])
    errors = [error for path in kinds().values() for error in _complaint("OUTBOX_KINDS", path, "outbox.E001")]
    return errors + [error for path in listeners for error in _complaint("OUTBOX_LISTENERS", path, "outbox.E002")]
