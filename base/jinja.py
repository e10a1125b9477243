"""The Jinja2 engine of templates/rows/: rows of long lists and nothing else."""

from django.utils.translation import gettext, ngettext
from jinja2 import Environment

from base.templatetags.ui import avatar, icon


def environment(**options) -> Environment:
    """Builds the engine with gettext, `icon(name)` and `avatar(name, key)`; all other values of a row come prepared."""
    options["autoescape"] = True
    engine = Environment(**options, extensions=["jinja2.ext.i18n"], trim_blocks=True, lstrip_blocks=True)  # noqa: S701
    engine.install_gettext_callables(gettext, ngettext, newstyle=True)
    engine.globals.update(icon=icon, avatar=avatar)
    return engine
