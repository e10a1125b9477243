"""The fixture axe finds what is too faint or named twice, in colors as the stylesheets write them."""

import pytest

PAGE = """<!doctype html><html lang="en"><head><title>Colors</title></head><body><main><h1>Colors</h1>
<p style="color: {}; background: color-mix(in oklab, white 95%, black)">Text</p><p>More</p></main></body></html>"""


def test_axe_passes_clear_text_and_finds_faint_text(page, axe):
    page.set_content(PAGE.format("oklch(0.4 0.1 250)"))
    axe(page)
    page.set_content(PAGE.format("oklch(0.75 0.1 250)"))
    with pytest.raises(AssertionError, match="color-contrast"):
        axe(page)


def test_axe_finds_ids_that_are_used_twice(page, axe):
    page.set_content(PAGE.format("black").replace("<p>", '<p id="same">').replace("<h1>", '<h1 id="same">'))
    with pytest.raises(AssertionError, match="same"):
        axe(page)
