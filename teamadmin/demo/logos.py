"""The demo organizations' pictures, drawn and not stored."""

from io import BytesIO

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

SIZE = 256
# Drawn four times as large and reduced, which smooths the edges.
SCALE = 4


def _canvas(colour: str) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    side = SIZE * SCALE
    image = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((0, 0, side - 1, side - 1), radius=side * 7 // 32, fill=colour)
    return image, draw


def _points(*pairs: tuple[int, int]) -> list[tuple[int, int]]:
    return [(x * SCALE, y * SCALE) for x, y in pairs]


def _png(image: Image.Image) -> ContentFile:
    out = BytesIO()
    image.resize((SIZE, SIZE), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return ContentFile(out.getvalue())


def acme() -> ContentFile:
    """Two peaks on dark green."""
    image, draw = _canvas("#0b4435")
    draw.polygon(_points((44, 190), (112, 66), (180, 190)), fill="#7fe0b0")
    draw.polygon(_points((112, 190), (162, 106), (212, 190)), fill="#ffffff")
    return _png(image)


def initech() -> ContentFile:
    """A vault's wheel on dark red."""
    image, draw = _canvas("#6b1d2a")
    for start, end in (((128, 48), (128, 208)), ((48, 128), (208, 128))):
        draw.line(_points(start, end), fill="#f4b6b0", width=12 * SCALE)
    draw.ellipse([edge * SCALE for edge in (68, 68, 188, 188)], outline="#ffffff", width=14 * SCALE)
    draw.ellipse([edge * SCALE for edge in (110, 110, 146, 146)], fill="#ffffff")
    return _png(image)


def globex() -> ContentFile:
    """A globe on violet."""
    image, draw = _canvas("#4b2a7b")
    box = [edge * SCALE for edge in (58, 58, 198, 198)]
    draw.ellipse(box, outline="#ffffff", width=14 * SCALE)
    draw.ellipse([edge * SCALE for edge in (98, 58, 158, 198)], outline="#cdb4f6", width=10 * SCALE)
    draw.line(_points((64, 128), (192, 128)), fill="#cdb4f6", width=10 * SCALE)
    return _png(image)
