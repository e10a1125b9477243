"""Uploaded pictures: every kind of file that isn't one, or is made to do damage, is refused with words."""

import io
import struct
import zlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageCms, PngImagePlugin

from base.uploads import EMPTY, MAX_BYTES, NOT_A_PICTURE, SIDE, TOO_LARGE, TOO_MANY_PIXELS, clean_picture


def picture(kind: str = "PNG", size=(300, 100), mode: str = "RGB", **options) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "red" if mode.startswith("RGB") else 0).save(out, kind, **options)
    return out.getvalue()


def clean(content: bytes, name: str = "me.png", kind: str = "image/png") -> Image.Image:
    result = Image.open(io.BytesIO(clean_picture(SimpleUploadedFile(name, content, kind))))
    result.load()
    return result


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def huge_png(width: int, height: int) -> bytes:
    """A PNG of one color: a few kilobytes that unpack to width x height pixels."""
    pack = zlib.compressobj(9)
    row = b"\x00" + b"\x00" * (width // 8 + 1)
    data = b"".join(pack.compress(row) for _ in range(height)) + pack.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", data) + png_chunk(b"IEND", b"")


SVGS = {
    "script": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "onload": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "foreign object": b'<svg xmlns="http://www.w3.org/2000/svg"><foreignObject><a/></foreignObject></svg>',
    "entity": b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>',
}
FILES = {
    **{f"SVG with {name}": content for name, content in SVGS.items()},
    "HTML": b"<!doctype html><script>alert(1)</script>",
    "GIF and script": b"GIF89a/*" + b"\x00" * 20 + b"*/=1;alert(1)//",
    "GIF": picture("GIF", mode="P"),
    "BMP": picture("BMP"),
    "TIFF": picture("TIFF"),
    "PDF": b"%PDF-1.7\n",
    "zip": b"PK\x03\x04" + b"\x00" * 40,
    "EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "only a signature": b"\x89PNG\r\n\x1a\n",
    "no image data": b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">IIBBBBB", 9, 9, 8, 2, 0, 0, 0)),
    "wrong checksum": picture()[:40] + b"\xff" + picture()[41:],
    "truncated JPEG": picture("JPEG", (600, 600))[:900],
    "truncated PNG": picture("PNG", (600, 600))[:-400],
    "truncated WebP": picture("WEBP", (600, 600))[:60],
    "random": bytes(range(256)) * 40,
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_files_that_are_no_picture_are_refused(content):
    with pytest.raises(ValidationError) as error:
        clean_picture(SimpleUploadedFile("me.png", content, "image/png"))
    assert error.value.messages == [NOT_A_PICTURE]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_pictures_are_drawn_again_as_square_webp(kind, mode):
    image = clean(picture(kind, mode=mode))
    assert (image.format, image.size) == ("WEBP", (SIDE, SIDE))


@pytest.mark.parametrize("mode", ["RGBA", "P", "LA", "I;16", "1"])
def test_unusual_pngs_are_accepted(mode):
    assert clean(picture(mode=mode, size=(20, 30))).size == (SIDE, SIDE)


def test_transparency_is_kept():
    out = io.BytesIO()
    Image.new("RGBA", (64, 64), (255, 0, 0, 0)).save(out, "PNG")
    assert clean(out.getvalue()).getpixel((5, 5))[3] == 0


def test_a_script_appended_to_a_picture_is_lost():
    """A polyglot is a valid picture and something else. Drawing it again leaves only the picture."""
    content = picture("JPEG") + b"<script>alert(1)</script><?php system($_GET[0]); ?>"
    result = clean_picture(SimpleUploadedFile("me.jpg", content))
    assert b"script" not in result and b"php" not in result


def test_metadata_is_removed_and_its_orientation_applied():
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = "a secret place", 6  # rotated
    exif.get_ifd(0x8825)[1] = "N"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    source = Image.new("RGB", (400, 400), "blue")
    source.paste("red", (0, 0, 400, 200))  # the upper half
    out = io.BytesIO()
    source.save(out, "JPEG", exif=exif, icc_profile=profile, comment=b"a secret comment", xmp=b"<x:xmpmeta>secret")
    result = clean_picture(SimpleUploadedFile("me.jpg", out.getvalue()))
    image = Image.open(io.BytesIO(result))
    assert b"secret" in out.getvalue() and b"secret" not in result
    assert not dict(image.getexif()) and not {"exif", "icc_profile", "xmp"} & image.info.keys()
    assert image.getpixel((SIDE - 20, SIDE // 2))[0] > 200  # red is on the right now


def test_text_in_a_png_is_removed():
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "a secret comment", zip=True)
    assert b"secret" not in clean_picture(SimpleUploadedFile("me.png", picture(pnginfo=text)))


@pytest.mark.parametrize("kind", [b"iCCP", b"zTXt"])
def test_metadata_that_unpacks_to_gigabytes_is_not_unpacked(kind):
    bomb = zlib.compress(b"\x00" * 200_000_000, 9)
    png = picture()
    content = png[:33] + png_chunk(kind, b"x\x00\x00" + bomb) + png[33:]
    try:
        assert len(clean_picture(SimpleUploadedFile("me.png", content))) < 100_000
    except ValidationError as error:
        assert error.messages == [NOT_A_PICTURE]


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(("width", "height"), [(30_000, 30_000), (4001, 4000), (12_000, 9_000), (16_000_001, 1)])
def test_pictures_with_too_many_pixels_are_refused_unread(width, height, monkeypatch):
    content = huge_png(width, height)
    assert len(content) < MAX_BYTES
    monkeypatch.setattr(Image.Image, "load", lambda image: pytest.fail("unpacked"))
    with pytest.raises(ValidationError) as error:
        clean_picture(SimpleUploadedFile("me.png", content))
    assert error.value.messages == [TOO_MANY_PIXELS]


def test_sixteen_megapixels_are_accepted():
    assert clean(huge_png(4000, 4000)).size == (SIDE, SIDE)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_an_animation_the_first_frame_is_used(kind):
    frames = [Image.new("RGB", (32, 32), (0, 0, index % 256)) for index in range(500)]
    out = io.BytesIO()
    Image.new("RGB", (32, 32), "red").save(out, kind, save_all=True, append_images=frames, duration=10)
    image = clean(out.getvalue())
    assert not getattr(image, "is_animated", False) and image.getpixel((9, 9))[0] > 200


def test_empty_and_large_files_are_refused_with_words():
    for size, message in ((0, EMPTY), (MAX_BYTES + 1, TOO_LARGE)):
        with pytest.raises(ValidationError) as error:
            clean_picture(SimpleUploadedFile("me.png", b"\x89PNG\r\n\x1a\n".ljust(size, b"\x00")[:size]))
        assert error.value.messages == [message]
