"""The Jinja2 engine of templates/rows/: rows of long lists and nothing else."""

from django.utils.translation import gettext, ngettext
from jinja2 import Environment
from markupsafe import Markup, escape

from base.templatetags.ui import avatar, icon

# A text of so many letters fits into every column.
FITS = 18


def cut(text: str, css: str = "cut") -> Markup:
    """The text in a span of these classes, for its column to cut short; then its title has the whole of it."""
    words = escape(text)
    title = f' title="{words}"' if len(text) > FITS else ""
    return Markup(f'<span class="{css}"{title}>{words}</span>')  # noqa: S704


def environment(**options) -> Environment:
    """Builds the engine with gettext, `icon(name)`, `avatar(name, key)` and the filter `cut`; all other values of a row
    come prepared."""
    options["autoescape"] = True
    engine = Environment(**options, extensions=["jinja2.ext.i18n"], trim_blocks=True, lstrip_blocks=True)  # noqa: S701
    engine.install_gettext_callables(gettext, ngettext, newstyle=True)
    engine.globals.update(icon=icon, avatar=avatar)
    engine.filters["cut"] = cut
    return engine
