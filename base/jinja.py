"""The Jinja2 engine of templates/rows/: rows of long lists and nothing else."""

from django.utils.translation import gettext, ngettext
from jinja2 import Environment
from markupsafe import Markup, escape

from base.templatetags.ui import avatar, icon

# Texts of up to this many characters fit into every column.
MAX_UNCUT = 18


def cut(text: str, css: str = "cut") -> Markup:
    """Return the text in a span with these classes, which its column truncates. A long text is the title as well."""
    escaped = escape(text)
    title = f' title="{escaped}"' if len(text) > MAX_UNCUT else ""
    return Markup(f'<span class="{css}"{title}>{escaped}</span>')  # noqa: S704


def environment(**options) -> Environment:
    """Return an engine with gettext, `icon(name)`, `avatar(name, key)` and the filter `cut`.

    Rows get all their other values ready to print.
    """
    options["autoescape"] = True
    engine = Environment(**options, extensions=["jinja2.ext.i18n"], trim_blocks=True, lstrip_blocks=True)  # noqa: S701
    engine.install_gettext_callables(gettext, ngettext, newstyle=True)
    engine.globals.update(icon=icon, avatar=avatar)
    engine.filters["cut"] = cut
    return engine
