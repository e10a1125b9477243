"""What holds for every template: it says what it takes, its words are translated, nothing in it is inline."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines

ROOT = Path(settings.BASE_DIR) / "templates"
PAGES = [path for path in sorted(ROOT.rglob("*.html")) if not path.is_relative_to(ROOT / "rows")]
ROWS = sorted((ROOT / "rows").rglob("*.html"))
# Mails are pages of their own kind: styles are inlined when they are rendered.
MAILS = [path for path in PAGES if path.is_relative_to(ROOT / "mail") or path.is_relative_to(ROOT / "emails")]
EVERY = [pytest.param(path, id=str(path.relative_to(ROOT))) for path in PAGES + ROWS]
OURS = [param for param in EVERY if param.values[0] not in MAILS]
TAGS = re.compile(
    r"{%\s*block \w+_(class|attrs)\s*%}.*?{%\s*endblock\s*%}"  # these stand inside a tag in the end
    r"|{%\s*(blocktranslate|blocktrans|comment|trans)\b[^%]*%}.*?{%\s*end\2\s*%}"
    r"|{%.*?%}|{{.*?}}|{#.*?#}",
    re.DOTALL,
)
# The rest of a start tag whose attributes depend on an {% if %}.
TAG_END = re.compile(r'^(\s*[a-z-]+(="[^"]*")?)*\s*>')
WORDS = re.compile(r"[^\W\d_]{2,}")
SPOKEN = {"title", "alt", "placeholder", "aria-label", "data-text", "data-over", "data-copied"}


class BareText(HTMLParser):
    """Collects words that stand in the markup itself and not in a translation."""

    def __init__(self):
        super().__init__()
        self.found: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.inside.append(tag)
        self.found += [f"{name}={value}" for name, value in attrs if name in SPOKEN and value and WORDS.search(value)]

    def handle_endtag(self, tag):
        if tag in self.inside:
            del self.inside[len(self.inside) - 1 - self.inside[::-1].index(tag) :]

    def handle_data(self, data):
        data = TAG_END.sub("", data)
        if WORDS.search(data) and not {"script", "style"} & set(self.inside):
            self.found.append(data.strip())


def without_tags(source: str) -> str:
    return TAGS.sub("", source)


def is_jinja(path: Path) -> bool:
    return path in ROWS


@pytest.mark.parametrize("path", EVERY)
def test_first_line_says_what_it_takes(path: Path):
    first = path.read_text().split("\n", 1)[0]
    assert re.match(r"{#.*(Takes|Extends|Blocks)\b.*#}", first), first


@pytest.mark.parametrize("path", EVERY)
def test_is_short_and_compiles(path: Path):
    assert len(path.read_text().splitlines()) <= 100
    engines["rows" if is_jinja(path) else "django"].from_string(path.read_text())


@pytest.mark.parametrize("path", EVERY)
def test_every_word_is_translated(path: Path):
    parser = BareText()
    parser.feed(without_tags(path.read_text()).replace("<!doctype html>", ""))
    assert parser.found == []


@pytest.mark.parametrize("path", OURS)
def test_nothing_is_inline(path: Path):
    """The Content-Security-Policy allows neither scripts nor styles in a page, nor eval (hx-on, js: values)."""
    source = without_tags(path.read_text())
    assert not re.search(r"<style|<script(?![^>]*\ssrc=)|\sstyle\s*=|\son\w+\s*=|hx-on|javascript:|\bjs:", source)


@pytest.mark.parametrize("path", OURS)
def test_markup_is_never_trusted_blindly(path: Path):
    assert not re.search(r"\|\s*safe\b|autoescape\s+(off|false)", path.read_text())


@pytest.mark.parametrize("path", OURS)
def test_every_icon_exists(path: Path):
    sprite = (Path(settings.BASE_DIR) / "static/img/icons.svg").read_text()
    for name in re.findall(r"""icon\s*\(?["'](\w[\w-]*)["']""", path.read_text()):
        assert f'id="i-{name}"' in sprite, name
