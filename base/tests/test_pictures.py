"""Logos become small, safe PNGs. A file that isn't an image is replaced by an initial."""

from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from base import pictures
from base.pictures import SIDE, initial_png, logo_png, platform_png


class Upload:
    """The part of a stored file that logo_png() uses."""

    name = "logos/x.png"

    def __init__(self, content: bytes):
        self.content = content

    def open(self, mode: str):
        return ContentFile(self.content)


def image_bytes(kind: str = "PNG", size=(300, 100), **options) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "red").save(out, kind, **options)
    return out.getvalue()


def open_image(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    image.load()
    return image


@pytest.mark.spec("M-1")
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_logo_becomes_a_small_png(kind):
    png = logo_png("Acme", Upload(image_bytes(kind)))
    image = open_image(png)
    assert (image.format, image.size) == ("PNG", (SIDE, SIDE))
    assert png != initial_png("Acme")
    assert image.getpixel((SIDE // 2, SIDE // 2))[0] > 200
    assert image.getpixel((SIDE // 2, 2))[3] == 0


@pytest.mark.spec("M-6")
def test_metadata_is_removed():
    exif = Image.Exif()
    exif[0x010E] = "a secret place"
    assert b"a secret place" in image_bytes("JPEG", exif=exif)
    assert b"a secret place" not in logo_png("Acme", Upload(image_bytes("JPEG", exif=exif)))


@pytest.mark.spec("M-1")
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<script>alert(1)</script>",
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        image_bytes()[:60],
        image_bytes("GIF"),
        image_bytes("BMP"),
    ],
    ids=["empty", "html", "svg", "truncated", "gif", "bmp"],
)
def test_a_file_that_is_not_an_image_is_replaced_by_an_initial(content):
    assert logo_png("Acme", Upload(content)) == initial_png("Acme")


def test_a_decompression_bomb_is_not_unpacked(monkeypatch):
    monkeypatch.setattr(pictures, "MAX_PIXELS", 100)
    assert logo_png("Acme", Upload(image_bytes(size=(11, 10)))) == initial_png("Acme")


def test_a_missing_file_is_replaced_by_an_initial():
    class MissingUpload(Upload):
        def open(self, mode: str):
            raise FileNotFoundError(self.name)

    assert logo_png("Acme", MissingUpload(b"")) == initial_png("Acme")


@pytest.mark.spec("M-1")
@pytest.mark.parametrize("name", ["Acme", "émigré", "1st", "公司", "Ж", "🐘", ""])
def test_every_name_gives_a_letter_or_a_disc(name):
    image = open_image(initial_png(name))
    assert image.size == (SIDE, SIDE)
    assert len(image.getcolors(100_000)) > 2


def test_the_platform_logo():
    assert open_image(platform_png()).size == (SIDE, SIDE)
