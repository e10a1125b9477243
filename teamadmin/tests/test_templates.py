"""Rules for every template: it lists its parameters, its text is translated, it has no inline scripts or styles."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template import engines

ROOT = Path(settings.BASE_DIR) / "templates"
PAGES = [path for path in sorted(ROOT.rglob("*.html")) if not path.is_relative_to(ROOT / "rows")]
ROWS = sorted((ROOT / "rows").rglob("*.html"))
# Emails differ: their styles are inlined when they are rendered.
EMAILS = [path for path in PAGES if path.is_relative_to(ROOT / "mail") or path.is_relative_to(ROOT / "emails")]
ALL_TEMPLATES = PAGES + ROWS
APP_TEMPLATES = [path for path in ALL_TEMPLATES if path not in EMAILS]
MAX_LINES, MAX_LINE = 100, 160
TAGS = re.compile(
    r"{%\s*block \w+_(class|attrs)\s*%}.*?{%\s*endblock\s*%}"  # these blocks end up inside a tag
    r"|{%\s*(blocktranslate|blocktrans|comment|trans)\b[^%]*%}.*?{%\s*end\2\s*%}"
    r"|{%.*?%}|{{.*?}}|{#.*?#}",
    re.DOTALL,
)
# The end of a start tag whose attributes depend on an {% if %}.
TAG_END = re.compile(r'^[a-z-]*(="[^"]*")?(\s+[a-z-]+(="[^"]*")?)*\s*>')
WORDS = re.compile(r"[^\W\d_]{2,}")
TEXT_ATTRIBUTES = {"title", "alt", "placeholder", "aria-label", "data-text", "data-over", "data-copied"}


class BareText(HTMLParser):
    """Collect text in the markup that is not translated."""

    def __init__(self):
        super().__init__()
        self.texts: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.inside.append(tag)
        self.texts += [
            f"{name}={value}" for name, value in attrs if name in TEXT_ATTRIBUTES and value and WORDS.search(value)
        ]

    def handle_endtag(self, tag):
        if tag in self.inside:
            del self.inside[len(self.inside) - 1 - self.inside[::-1].index(tag) :]

    def handle_data(self, data):
        data = TAG_END.sub("", data)
        if WORDS.search(data) and not {"script", "style"} & set(self.inside):
            self.texts.append(data.strip())


def without_tags(source: str) -> str:
    return TAGS.sub("", source)


def offending(paths: list[Path], rule: Callable[[str], Any]) -> dict[str, Any]:
    """Return what the rule finds in each template's source, by the template's name, where it finds anything."""
    found = {str(path.relative_to(ROOT)): rule(path.read_text()) for path in paths}
    return {name: problems for name, problems in found.items() if problems}


def test_first_comment_lists_the_parameters():
    def lacks_parameters(source: str) -> bool:
        comment = re.match(r"({#.*?#}\s*)+", source, re.DOTALL)
        return not (comment and re.search(r"\b(Takes|Extends|Blocks)\b", comment[0]))

    assert offending(ALL_TEMPLATES, lacks_parameters) == {}


def test_templates_compile():
    for path in PAGES:
        engines["django"].get_template(str(path.relative_to(ROOT)))
    for path in ROWS:
        engines["rows"].get_template(path.name)


def test_templates_are_short():
    def too_long(source: str) -> int:
        lines = len(source.splitlines())
        return lines if lines > MAX_LINES else 0

    assert offending(ALL_TEMPLATES, too_long) == {}


def test_lines_are_short():
    def long_lines(source: str) -> list[int]:
        return [number for number, line in enumerate(source.splitlines(), 1) if len(line) >= MAX_LINE]

    assert offending(ALL_TEMPLATES, long_lines) == {}


def test_all_text_is_translated():
    def bare_texts(source: str) -> list[str]:
        parser = BareText()
        parser.feed(without_tags(source).replace("<!doctype html>", ""))
        return parser.texts

    assert offending(ALL_TEMPLATES, bare_texts) == {}


def test_no_inline_scripts_or_styles():
    """The Content-Security-Policy allows neither scripts nor styles in a page, nor eval (hx-on, js: values)."""
    inline = re.compile(r"<style|<script(?![^>]*\ssrc=)|\sstyle\s*=|\son\w+\s*=|hx-on|javascript:|\bjs:")
    assert offending(APP_TEMPLATES, lambda source: inline.findall(without_tags(source))) == {}


def test_escaping_is_never_turned_off():
    unescaped = re.compile(r"\|\s*safe\b|autoescape\s+(?:off|false)")
    assert offending(APP_TEMPLATES, unescaped.findall) == {}


def test_every_icon_exists():
    sprite = (Path(settings.BASE_DIR) / "static/img/icons.svg").read_text()

    def unknown_icons(source: str) -> list[str]:
        names = re.findall(r"""icon\s*\(?["'](\w[\w-]*)["']""", source)
        return [name for name in names if f'id="i-{name}"' not in sprite]

    assert offending(APP_TEMPLATES, unknown_icons) == {}


def test_bare_text_is_found():
    parser = BareText()
    parser.feed(without_tags('<p title="Bare">{% translate "Kept" %} Text</p>'))
    assert parser.texts == ["title=Bare", "Text"]
