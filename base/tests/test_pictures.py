"""Logos of any origin become small PNGs; what is no picture gives way to a letter."""

from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from base import pictures
from base.pictures import SIDE, initial_png, logo_png, platform_png


class Upload:
    """As much of a stored file as logo_png() needs."""

    name = "logos/x.png"

    def __init__(self, content: bytes):
        self.content = content

    def open(self, mode: str):
        return ContentFile(self.content)


def picture(kind: str = "PNG", size=(300, 100), **options) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "red").save(out, kind, **options)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    image.load()
    return image


@pytest.mark.spec("M-1")
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_logo_becomes_a_small_png(kind):
    made = logo_png("Acme", Upload(picture(kind)))
    image = opened(made)
    assert (image.format, image.size) == ("PNG", (SIDE, SIDE))
    assert made != initial_png("Acme")
    assert image.getpixel((SIDE // 2, SIDE // 2))[0] > 200
    assert image.getpixel((SIDE // 2, 2))[3] == 0


@pytest.mark.spec("M-6")
def test_metadata_is_left_behind():
    exif = Image.Exif()
    exif[0x010E] = "a secret place"
    assert b"a secret place" in picture("JPEG", exif=exif)
    assert b"a secret place" not in logo_png("Acme", Upload(picture("JPEG", exif=exif)))


@pytest.mark.spec("M-1")
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<script>alert(1)</script>",
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        picture()[:60],
        picture("GIF"),
        picture("BMP"),
    ],
    ids=["empty", "html", "svg", "truncated", "gif", "bmp"],
)
def test_what_is_no_picture_gives_way_to_the_letter(content):
    assert logo_png("Acme", Upload(content)) == initial_png("Acme")


def test_a_bomb_is_not_unpacked(monkeypatch):
    monkeypatch.setattr(pictures, "MOST_PIXELS", 100)
    assert logo_png("Acme", Upload(picture(size=(11, 10)))) == initial_png("Acme")


def test_a_file_that_is_gone_gives_way_to_the_letter():
    class Gone(Upload):
        def open(self, mode: str):
            raise FileNotFoundError(self.name)

    assert logo_png("Acme", Gone(b"")) == initial_png("Acme")


@pytest.mark.spec("M-1")
@pytest.mark.parametrize("name", ["Acme", "émigré", "1st", "公司", "Ж", "🐘", ""])
def test_every_name_has_a_letter_or_a_disc(name):
    image = opened(initial_png(name))
    assert image.size == (SIDE, SIDE)
    assert len(image.getcolors(100_000)) > 2


def test_the_platforms_mark():
    assert opened(platform_png()).size == (SIDE, SIDE)
