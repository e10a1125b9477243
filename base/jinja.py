"""The Jinja2 engine of templates/rows/: rows of long lists and nothing else."""

from django.utils.translation import gettext, ngettext
from jinja2 import Environment


def environment(**options) -> Environment:
    """Builds the engine with gettext; rows get their values prepared and need no helpers."""
    engine = Environment(**options, extensions=["jinja2.ext.i18n"], trim_blocks=True, lstrip_blocks=True)
    engine.install_gettext_callables(gettext, ngettext, newstyle=True)
    return engine
