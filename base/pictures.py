"""Small images for emails: an organization's logo as a safe thumbnail, or a square with its initial."""

import logging
import unicodedata
from functools import lru_cache
from io import BytesIO

from django.db.models.fields.files import FieldFile
from PIL import Image, ImageDraw, ImageFont

from base.text import avatar_color, initials

logger = logging.getLogger(__name__)

SIDE = 96  # pixels; shown at 48, so that it is sharp on high-density screens
# A PNG of 100 kB can unpack to 900 megapixels (a decompression bomb). Checked before anything is unpacked.
MAX_PIXELS = 16_000_000
# The eight avatar colours as sRGB (background, text): email clients don't support oklch().
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
    """Return a rounded square with the first letter of `name` in its avatar colour, as a PNG.

    The available font has only Latin letters. For other scripts a plain disc is drawn instead of a missing-glyph box.
    """
    background, ink = AVATAR_COLORS[avatar_color(name)]
    image = Image.new("RGBA", (SIDE, SIDE), background)
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
    """Return the platform's logo as a PNG: static/img/favicon.svg (24 units wide), drawn at 4 x SIDE and reduced."""
    image = Image.new("RGBA", (SIDE * 4, SIDE * 4), "#2a5bdc")
    draw = ImageDraw.Draw(image, "RGBA")
    pale = (255, 255, 255, 158)
    for x, y, fill in ((8.25, 8.25, "white"), (15.75, 8.25, pale), (8.25, 15.75, pale)):
        draw.ellipse([round(part * 16) for part in (x - 2.5, y - 2.5, x + 2.5, y + 2.5)], fill=fill)
    draw.rounded_rectangle((212, 212, 292, 292), 22, fill="white")
    image = image.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    image.putalpha(_rounded(SIDE, 26))
    return _png(image)


def thumbnail_png(file: FieldFile) -> bytes | None:
    """Return an uploaded image as a SIDE x SIDE PNG, redrawn without its metadata, or None if it can't be read."""
    try:
        with file.open("rb") as stream, Image.open(stream, formats=("PNG", "JPEG", "WEBP")) as image:
            if image.width * image.height > MAX_PIXELS:
                return None
            image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
            square = Image.new("RGBA", (SIDE, SIDE))
            resized = image.convert("RGBA")
            square.paste(resized, ((SIDE - resized.width) // 2, (SIDE - resized.height) // 2))
            return _png(square)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        logger.warning("Can't read the logo %s; using an initial instead.", file.name)
        return None


def logo_png(name: str, file: FieldFile | None) -> bytes:
    """Return an organization's image for emails: its logo or else its initial, a PNG of a few kilobytes."""
    return (thumbnail_png(file) if file else None) or initial_png(name)
