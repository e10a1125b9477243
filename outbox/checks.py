"""System checks for the settings that name functions of other apps by dotted path."""

from django.conf import settings
from django.core.checks import Error, register
from django.utils.module_loading import import_string

from outbox.queries import renderer_paths


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
