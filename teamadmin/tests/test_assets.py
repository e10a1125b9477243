"""Stylesheets and scripts: put together, small, and without what the house leaves out."""

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
CSS = (STATIC / "app.css").read_text()


def test_files_are_what_their_parts_give():
    """Run bin/assets after a change in static/css or static/js."""
    done = subprocess.run([sys.executable, ROOT / "bin/assets", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", SHEETS + SCRIPTS)
def test_each_part_is_short(path: Path):
    assert len(path.read_text().splitlines()) <= 200


@pytest.mark.parametrize("path", SHEETS)
def test_no_important_but_for_reduced_motion(path: Path):
    quiet = re.sub(r"@media \(prefers-reduced-motion: reduce\) {.*?\n}", "", path.read_text(), flags=re.DOTALL)
    assert "!important" not in quiet


def test_menus_are_no_transition_from_nothing():
    """WebKit 2.50, Safari's engine, began it anew for ever where position-try-fallbacks stood beside it: menus opened
    and could not be seen."""
    assert "position-try-fallbacks" in CSS and "@starting-style" not in CSS


def test_for_less_motion_nothing_is_drawn_off_its_place(page):
    """Not in the first frame either: a drawer is at once where it will be, and wholly to be seen."""
    page.set_content(f"<!doctype html><style>{CSS}</style><dialog class='drawer'>Bo</dialog>")
    left, opacity = page.evaluate(
        """() => {
            const sheet = document.querySelector('dialog')
            sheet.showModal()
            return [innerWidth - sheet.getBoundingClientRect().right, getComputedStyle(sheet).opacity]
        }"""
    )
    assert (left, opacity) == (0, "1")


@pytest.mark.parametrize("path", SHEETS)
def test_every_part_is_listed(path: Path):
    name = path.relative_to(STATIC / "css").as_posix()
    assert name == "index.css" or f'"{name}"' in (STATIC / "css/index.css").read_text()


def test_every_variable_is_defined():
    used, defined = set(re.findall(r"var\((--[\w-]+)\s*\)", CSS)), set(re.findall(r"(--[\w-]+):", CSS))
    assert used <= defined, used - defined


@pytest.mark.parametrize("path", SCRIPTS)
def test_scripts_use_nothing_that_the_policy_forbids(path: Path):
    assert not re.search(
        r"\beval\(|new Function|\.setAttribute\('(style|on)|document\.write|https?://", path.read_text()
    )


def test_first_visit_is_light():
    """The sign-in page, whole: 30 KB in five requests (page, stylesheet, script, icons, favicon)."""
    parts = [STATIC / "app.css", STATIC / "app.js", STATIC / "img/icons.svg", STATIC / "img/favicon.svg"]
    total = sum(len(gzip.compress(path.read_bytes())) for path in parts)
    assert total < 20_000


def test_what_pages_with_htmx_add_is_light():
    assert len(gzip.compress((STATIC / "inside.js").read_bytes())) < 5_500
