"""Brand colors: WCAG 2.2 contrast, and the shades of a color for both themes.

Shades are made in OKLCH, where the same lightness looks equally light in every hue (bottosson.github.io/posts/oklab).
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from math import atan2, cos, hypot, sin

HEX = re.compile(r"#[0-9a-f]{6}")
WHITE = "#ffffff"
# Minimum contrast of text on its background (WCAG 2.2, 1.4.3 and 1.4.6).
AA, AAA = 4.5, 7.0
# Surfaces of both themes, as they are in emails and, within 0.01, in static/css/tokens.css.
CANVAS, DARK_RAISED = "#f3f4f7", "#212328"
# Lightness of shades in the dark theme: the brand itself, and text on it.
DARK_LIGHTNESS, DARK_INK_LIGHTNESS = 0.72, 0.22

Lch = tuple[float, float, float]


def parse_color(text: str) -> str | None:
    """Return the color as "#rrggbb", or None. Accepts upper case, the short form "#abc" and a missing "#"."""
    value = text.strip().lower().removeprefix("#")
    if len(value) == 3:
        value = "".join(digit * 2 for digit in value)
    color = f"#{value}"
    return color if color.isascii() and HEX.fullmatch(color) else None


def _channels(color: str) -> tuple[float, float, float]:
    red, green, blue = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return _linear(red), _linear(green), _linear(blue)


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def luminance(color: str) -> float:
    """Return the relative luminance, from 0 (black) to 1 (white)."""
    red, green, blue = _channels(color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colors, from 1 to 21."""
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def to_lch(color: str) -> Lch:
    """Return lightness (0 to 1), chroma and hue (in radians) of a color in OKLCH."""
    red, green, blue = _channels(color)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, hypot(a, b), atan2(b, a)


def _to_linear(lch: Lch) -> tuple[float, float, float]:
    lightness, chroma, hue = lch
    a, b = chroma * cos(hue), chroma * sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def from_lch(lch: Lch) -> str:
    """Return the color with this lightness and hue. Reduces the chroma if sRGB doesn't have the color."""
    lightness, chroma, hue = lch
    low, high = 0.0, chroma
    if not _is_displayable(_to_linear(lch)):
        for _ in range(20):
            middle = (low + high) / 2
            low, high = (middle, high) if _is_displayable(_to_linear((lightness, middle, hue))) else (low, middle)
        chroma = low
    channels = (_gamma(min(max(part, 0.0), 1.0)) for part in _to_linear((lightness, chroma, hue)))
    return "#" + "".join(f"{round(part * 255):02x}" for part in channels)


def _is_displayable(channels: tuple[float, float, float]) -> bool:
    return all(-0.0005 <= part <= 1.0005 for part in channels)


def _gamma(value: float) -> float:
    return value * 12.92 if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055


def nearest(color: str, *, against: tuple[str, ...], darker: bool) -> str:
    """Return the nearest shade of `color` with AA contrast to all of `against`, or the color itself.

    `darker` is the direction to search.
    """
    if _passes(color, against):
        return color
    lightness, chroma, hue = to_lch(color)
    good, bad = (0.0 if darker else 1.0), lightness
    for _ in range(20):
        middle = (good + bad) / 2
        passes = _passes(from_lch((middle, chroma, hue)), against)
        good, bad = (middle, bad) if passes else (good, middle)
    return from_lch((good, chroma, hue))


def _passes(color: str, against: tuple[str, ...]) -> bool:
    return all(contrast(color, other) >= AA for other in against)


@dataclass(frozen=True)
class Shades:
    """A brand color in one theme: button background, text on it, colored text, and a pale background for colored text.

    `text` has AA on `soft` and on the theme's surfaces.
    """

    background: str
    ink: str
    text: str
    soft: str

    @property
    def ratio(self) -> float:
        """The contrast of text on buttons, rounded down to one decimal, so that a displayed 4.5 passes."""
        return int(contrast(self.background, self.ink) * 10) / 10

    @property
    def level(self) -> str:
        """ "AAA", "AA", or "" if the contrast is too low."""
        ratio = contrast(self.background, self.ink)
        return "AAA" if ratio >= AAA else "AA" if ratio >= AA else ""


@lru_cache(maxsize=1024)
def light_shades(color: str) -> Shades:
    """Return the shades for the light theme: white text on the color as it is."""
    _, chroma, hue = to_lch(color)
    soft = from_lch((0.957, min(chroma, 0.021), hue))
    return Shades(color, WHITE, nearest(color, against=(soft, CANVAS, WHITE), darker=True), soft)


@lru_cache(maxsize=1024)
def dark_shades(color: str) -> Shades:
    """Return the shades for the dark theme: dark text on a lighter shade of the color."""
    _, chroma, hue = to_lch(color)
    background = from_lch((DARK_LIGHTNESS, min(chroma * 1.35, 0.15), hue))
    ink = from_lch((DARK_INK_LIGHTNESS, min(chroma, 0.035), hue))
    soft = from_lch((0.29, min(chroma, 0.06), hue))
    text = from_lch((0.785, min(chroma * 1.35, 0.11), hue))
    return Shades(background, ink, nearest(text, against=(soft, DARK_RAISED), darker=False), soft)


def passing_shade(color: str) -> str:
    """Return the nearest shade of `color` on which white text is readable, or the color itself."""
    return nearest(color, against=(WHITE,), darker=True)
