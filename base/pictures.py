"""Small pictures for mails: an organization's logo made safe and small, or a square with its first letter."""

import logging
import unicodedata
from functools import lru_cache
from io import BytesIO

from django.db.models.fields.files import FieldFile
from PIL import Image, ImageDraw, ImageFont

from base.text import avatar_color, initials

logger = logging.getLogger(__name__)

SIDE = 96  # shown at 48: sharp on dense screens
# A PNG of 100 kB can unpack to 900 megapixels (THREATS: decompression bomb); asked before anything is unpacked.
MOST_PIXELS = 16_000_000
# The eight avatar colours of the pages as sRGB (ground, ink): mail clients do not know oklch().
AVATAR_COLORS = (
    ("#d4e3ff", "#263f77"),
    ("#ffd8d7", "#6e282b"),
    ("#faddc6", "#673200"),
    ("#e4e6c4", "#464600"),
    ("#caedd9", "#00522f"),
    ("#c1ecf1", "#00505b"),
    ("#e7ddfd", "#4b346f"),
    ("#fad8ea", "#66294e"),
)


def _png(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _rounded(side: int, radius: int) -> Image.Image:
    mask = Image.new("L", (side * 4, side * 4))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, side * 4 - 1, side * 4 - 1), radius * 4, fill=255)
    return mask.resize((side, side), Image.Resampling.LANCZOS)


@lru_cache(maxsize=256)
def initial_png(name: str) -> bytes:
    """A rounded square with the first letter of `name` in its avatar colour.

    The font at hand draws Latin letters only: for any other, a plain disc stands there and not a box.
    """
    ground, ink = AVATAR_COLORS[avatar_color(name)]
    image = Image.new("RGBA", (SIDE, SIDE), ground)
    draw = ImageDraw.Draw(image)
    letter = unicodedata.normalize("NFKD", initials(name)[:1])[:1]
    if letter.isascii() and letter.isalnum():
        draw.text((SIDE / 2, SIDE / 2), letter, fill=ink, font=ImageFont.load_default(size=48), anchor="mm")
    else:
        draw.ellipse((32, 32, 64, 64), fill=ink)
    image.putalpha(_rounded(SIDE, 26))
    return _png(image)


@lru_cache(maxsize=1)
def platform_png() -> bytes:
    """The platform's own mark, as in static/img/favicon.svg (24 units a side), four times as large."""
    image = Image.new("RGBA", (SIDE * 4, SIDE * 4), "#2a5bdc")
    draw = ImageDraw.Draw(image, "RGBA")
    pale = (255, 255, 255, 158)
    for x, y, fill in ((8.25, 8.25, "white"), (15.75, 8.25, pale), (8.25, 15.75, pale)):
        draw.ellipse([round(part * 16) for part in (x - 2.5, y - 2.5, x + 2.5, y + 2.5)], fill=fill)
    draw.rounded_rectangle((212, 212, 292, 292), 22, fill="white")
    image = image.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    image.putalpha(_rounded(SIDE, 26))
    return _png(image)


def small_png(file: FieldFile) -> bytes | None:
    """An uploaded picture as a PNG that fits SIDE x SIDE, drawn anew without its metadata; None if it is none."""
    try:
        with file.open("rb") as stream, Image.open(stream, formats=("PNG", "JPEG", "WEBP")) as image:
            if image.width * image.height > MOST_PIXELS:
                return None
            image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
            square = Image.new("RGBA", (SIDE, SIDE))
            drawn = image.convert("RGBA")
            square.paste(drawn, ((SIDE - drawn.width) // 2, (SIDE - drawn.height) // 2))
            return _png(square)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        logger.warning("The logo %s cannot be read; its initial stands in.", file.name)
        return None


def logo_png(name: str, file: FieldFile | None) -> bytes:
    """The picture that stands for an organization in a mail: at most a few kilobytes of PNG."""
    return (small_png(file) if file else None) or initial_png(name)
