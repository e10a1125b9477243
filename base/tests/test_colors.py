"""Contrast after WCAG, and the shades of a brand color."""

import random

import pytest

from base.colors import (
    AA,
    CANVAS,
    DARK_RAISED,
    WHITE,
    contrast,
    dark_shades,
    from_lch,
    light_shades,
    parse_color,
    passing_shade,
    to_lch,
)

RANDOM = random.Random(11)  # noqa: S311 - the same colors every time
COLORS = ["#000000", "#ffffff", "#ff0000", "#00ff00", *(f"#{RANDOM.randrange(1 << 24):06x}" for _ in range(300))]


@pytest.mark.spec("A-2")
@pytest.mark.parametrize(
    ("first", "second", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        # Well-known pairs: the greys next to 4.5:1 and 7:1, and pure colors on white.
        ("#767676", "#ffffff", 4.54),
        ("#777777", "#ffffff", 4.48),
        ("#595959", "#ffffff", 7.0),
        ("#5a5a5a", "#ffffff", 6.9),
        ("#ff0000", "#ffffff", 4.0),
        ("#00ff00", "#ffffff", 1.37),
        ("#0000ff", "#ffffff", 8.59),
        ("#ffff00", "#000000", 19.56),
        ("#0b6b4f", "#ffffff", 6.5),
    ],
)
def test_contrast_is_that_of_wcag(first, second, ratio):
    assert contrast(first, second) == pytest.approx(ratio, abs=0.006)
    assert contrast(second, first) == contrast(first, second)


@pytest.mark.parametrize(
    ("text", "color"),
    [
        ("#0b6b4f", "#0b6b4f"),
        ("0B6B4F", "#0b6b4f"),
        (" #0B6b4f ", "#0b6b4f"),
        ("#abc", "#aabbcc"),
        ("", None),
        ("#", None),
        ("green", None),
        ("#12345", None),
        ("#1234567", None),
        ("#12345g", None),
        ("rgb(0,0,0)", None),
        ("#0b6b4f;}", None),
        ("#0b6b4f\n", "#0b6b4f"),
        ("＃0b6b4f", None),
        ("#０b6b4f", None),
        ("#٠٠٠٠٠٠", None),
    ],
)
def test_only_hexadecimal_colors_are_read(text, color):
    assert parse_color(text) == color


@pytest.mark.spec("A-2")
def test_shades_are_readable_in_both_themes():
    for color in COLORS:
        shade = passing_shade(color)
        light, dark = light_shades(shade), dark_shades(shade)
        assert contrast(shade, WHITE) >= AA and contrast(dark.background, dark.ink) >= AA, color
        assert min(contrast(light.text, each) for each in (light.soft, CANVAS, WHITE)) >= AA, color
        assert min(contrast(dark.text, each) for each in (dark.soft, DARK_RAISED)) >= AA, color
        lightness, chroma, hue = to_lch(dark.background)  # hovered buttons are 12% darker
        assert contrast(from_lch((lightness * 0.88, chroma, hue)), dark.ink) >= AA, color


def test_the_nearest_shade_is_no_darker_than_needed():
    for color in COLORS:
        shade = passing_shade(color)
        if contrast(color, WHITE) >= AA:
            assert shade == color
        else:
            assert AA <= contrast(shade, WHITE) < AA + 0.15, color


def test_colors_survive_the_way_through_oklch():
    for color in COLORS:
        there_and_back = from_lch(to_lch(color))
        pairs = [(color[at : at + 2], there_and_back[at : at + 2]) for at in (1, 3, 5)]
        assert all(abs(int(before, 16) - int(after, 16)) <= 1 for before, after in pairs), color


def test_a_ratio_is_rounded_down():
    """#777777 has 4.48:1, which is too little, so it must not be shown as 4.5."""
    assert (light_shades("#777777").ratio, light_shades("#777777").level) == (4.4, "")
    assert (light_shades("#767676").ratio, light_shades("#767676").level) == (4.5, "AA")
    assert light_shades("#0b6b4f").ratio == 6.5 and dark_shades("#0b6b4f").level == "AAA"
