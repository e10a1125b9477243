"""Stylesheets and scripts: bundled, small, and within the style rules."""

import gzip
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
STATIC = ROOT / "static"
SHEETS = [pytest.param(path, id=path.name) for path in sorted((STATIC / "css").rglob("*.css"))]
SCRIPTS = [pytest.param(path, id=path.name) for path in sorted((STATIC / "js").rglob("*.js"))]
CSS = "".join((STATIC / name).read_text() for name in ("app.css", "inside.css", "pages.css"))
MEDIA = (STATIC / "media.css").read_text()
INDEXES = ("index.css", "inside.css", "media.css", "pages.css", "palette.css")


def test_bundles_are_up_to_date():
    """Run bin/assets after changes in static/css or static/js."""
    done = subprocess.run([sys.executable, ROOT / "bin/assets", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", SHEETS + SCRIPTS)
def test_each_source_file_is_short(path: Path):
    assert len(path.read_text().splitlines()) <= 200


@pytest.mark.parametrize("path", SHEETS)
def test_important_is_used_only_for_reduced_motion(path: Path):
    css = re.sub(r"@media \(prefers-reduced-motion: reduce\) {.*?\n}", "", path.read_text(), flags=re.DOTALL)
    assert "!important" not in css


def test_menus_have_no_starting_style():
    """With @starting-style beside position-try-fallbacks, WebKit 2.50 (Safari) restarts the transition forever.

    Menus then open but stay invisible.
    """
    assert "position-try-fallbacks" in CSS and "@starting-style" not in CSS


def test_reduced_motion_shows_drawers_in_place_at_once(page):
    """Even the first frame shows the drawer in its final place, fully visible."""
    page.set_content(f"<!doctype html><style>{CSS}</style><dialog class='drawer'>Bo</dialog>")
    left, opacity = page.evaluate(
        """() => {
            const drawer = document.querySelector('dialog')
            drawer.showModal()
            return [innerWidth - drawer.getBoundingClientRect().right, getComputedStyle(drawer).opacity]
        }"""
    )
    assert (left, opacity) == (0, "1")


@pytest.mark.parametrize("path", SHEETS)
def test_every_stylesheet_is_imported(path: Path):
    name = path.relative_to(STATIC / "css").as_posix()
    assert name in INDEXES or any(f'"{name}"' in (STATIC / "css" / index).read_text() for index in INDEXES)


def test_the_users_page_needs_no_styles_of_other_pages():
    """Nor what opens on it: dialogs, drawers and menus."""
    used_elsewhere = set(re.findall(r"\.([a-z][a-z-]+)", without_strings("app.css") + without_strings("inside.css")))
    only_pages = set(re.findall(r"\.([a-z][a-z-]+)", without_strings("pages.css"))) - used_elsewhere
    assert {"guide", "values", "matrix", "code-block", "chart"} <= only_pages
    folders = ("bulk", "join_requests", "member", "saved_views", "users")
    paths = [path for folder in folders for path in (ROOT / "templates/console" / folder).rglob("*.html")]
    paths += [ROOT / "templates/rows/users.html"]
    ui = re.compile(r'{% include "(ui/[^"]+)"')
    paths += {ROOT / "templates" / name for path in paths for name in ui.findall(path.read_text())}
    for path in paths:
        classes = {name for value in re.findall(r'class="([^"]*)"', path.read_text()) for name in value.split()}
        assert not classes & only_pages, path
        assert not re.search(r"data-(passkey|reveal|rules-of|counter)", path.read_text()), path


def without_strings(name: str) -> str:
    return re.sub(r'"[^"]*"', "", (STATIC / name).read_text())


def test_every_variable_is_defined():
    used, defined = set(re.findall(r"var\((--[\w-]+)\s*\)", CSS + MEDIA)), set(re.findall(r"(--[\w-]+):", CSS))
    assert used <= defined, used - defined


@pytest.mark.parametrize("path", SCRIPTS)
def test_scripts_follow_the_content_security_policy(path: Path):
    assert not re.search(
        r"\beval\(|new Function|\.setAttribute\('(style|on)|document\.write|https?://", path.read_text()
    )


def test_first_visit_is_small():
    """The whole sign-in page takes 30 KB in six requests: page, stylesheet, two scripts, icons and favicon."""
    parts = [STATIC / name for name in ("app.css", "app.js", "pages.js", "img/icons.svg", "img/favicon.svg")]
    total = sum(len(gzip.compress(path.read_bytes())) for path in parts)
    assert total < 20_000


def test_scripts_of_pages_with_htmx_are_small():
    assert len(gzip.compress((STATIC / "inside.js").read_bytes())) < 5_500
