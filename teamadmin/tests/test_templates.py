"""Rules for every template: it lists its parameters, its text is translated, it has no inline scripts or styles."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines

ROOT = Path(settings.BASE_DIR) / "templates"
PAGES = [path for path in sorted(ROOT.rglob("*.html")) if not path.is_relative_to(ROOT / "rows")]
ROWS = sorted((ROOT / "rows").rglob("*.html"))
# Emails differ: their styles are inlined when they are rendered.
EMAILS = [path for path in PAGES if path.is_relative_to(ROOT / "mail") or path.is_relative_to(ROOT / "emails")]
ALL_TEMPLATES = [pytest.param(path, id=str(path.relative_to(ROOT))) for path in PAGES + ROWS]
APP_TEMPLATES = [param for param in ALL_TEMPLATES if param.values[0] not in EMAILS]
# Templates whose lines are limited, by folder ("" for the files next to the folders).
MAX_LINES, MAX_LINE = 100, 160
TAGS = re.compile(
    r"{%\s*block \w+_(class|attrs)\s*%}.*?{%\s*endblock\s*%}"  # these blocks end up inside a tag
    r"|{%\s*(blocktranslate|blocktrans|comment|trans)\b[^%]*%}.*?{%\s*end\2\s*%}"
    r"|{%.*?%}|{{.*?}}|{#.*?#}",
    re.DOTALL,
)
# The end of a start tag whose attributes depend on an {% if %}.
TAG_END = re.compile(r'^(\s*[a-z-]+(="[^"]*")?)*\s*>')
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


def is_jinja(path: Path) -> bool:
    return path in ROWS


@pytest.mark.parametrize("path", ALL_TEMPLATES)
def test_first_comment_lists_the_parameters(path: Path):
    comment = re.match(r"({#.*?#}\s*)+", path.read_text(), re.DOTALL)
    assert comment and re.search(r"\b(Takes|Extends|Blocks)\b", comment[0])


@pytest.mark.parametrize("path", ALL_TEMPLATES)
def test_is_short_and_compiles(path: Path):
    assert len(path.read_text().splitlines()) <= MAX_LINES
    engines["rows" if is_jinja(path) else "django"].from_string(path.read_text())


@pytest.mark.parametrize("path", ALL_TEMPLATES)
def test_lines_are_short(path: Path):
    assert [number for number, line in enumerate(path.read_text().splitlines(), 1) if len(line) >= MAX_LINE] == []


@pytest.mark.parametrize("path", ALL_TEMPLATES)
def test_all_text_is_translated(path: Path):
    parser = BareText()
    parser.feed(without_tags(path.read_text()).replace("<!doctype html>", ""))
    assert parser.texts == []


@pytest.mark.parametrize("path", APP_TEMPLATES)
def test_no_inline_scripts_or_styles(path: Path):
    """The Content-Security-Policy allows neither scripts nor styles in a page, nor eval (hx-on, js: values)."""
    source = without_tags(path.read_text())
    assert not re.search(r"<style|<script(?![^>]*\ssrc=)|\sstyle\s*=|\son\w+\s*=|hx-on|javascript:|\bjs:", source)


@pytest.mark.parametrize("path", APP_TEMPLATES)
def test_escaping_is_never_turned_off(path: Path):
    assert not re.search(r"\|\s*safe\b|autoescape\s+(off|false)", path.read_text())


@pytest.mark.parametrize("path", APP_TEMPLATES)
def test_every_icon_exists(path: Path):
    sprite = (Path(settings.BASE_DIR) / "static/img/icons.svg").read_text()
    for name in re.findall(r"""icon\s*\(?["'](\w[\w-]*)["']""", path.read_text()):
        assert f'id="i-{name}"' in sprite, name
