"""Pictures that users upload: only PNG, JPEG and WebP, drawn again without anything else that the file contains.

The file's name and type are the sender's words and aren't used.
"""

import struct
import zlib
from io import BytesIO
from threading import Lock
from typing import Any

from django.core.exceptions import RequestDataTooBig, ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from base.pictures import MAX_PIXELS

MAX_BYTES = 5 * 1024 * 1024
# Room for the other fields and the separators of a form with one file.
FORM_BYTES = 64 * 1024
# Requests above this are refused before they are read.
MAX_REQUEST_BYTES = 50 * 1024 * 1024
SIDE = 512  # pixels of a square picture
# What Pillow raises for files that are damaged, or made to do damage.
UNREADABLE = (
    OSError, ValueError, SyntaxError, TypeError, LookupError, EOFError, OverflowError, struct.error, zlib.error,
    Image.DecompressionBombError,
)  # fmt: skip
# One picture at a time per process: 16 megapixels take up to 200 MB while they are drawn again.
_drawing = Lock()
TOO_LARGE = _("This file is larger than 5 MB. Choose a smaller one.")
TOO_MANY_PIXELS = _("This picture has more than 16 megapixels. Choose a smaller one.")
NOT_A_PICTURE = _("This file isn’t a PNG, JPEG or WebP picture. Choose another one.")
EMPTY = _("This file is empty. Choose another one.")


def clean_picture(file: UploadedFile, *, crop: bool = True) -> bytes:
    """Return an uploaded picture as a square WebP of SIDE pixels, without metadata. Of an animation, the first frame.

    Without `crop`, the whole picture is kept and the rest of the square is transparent.
    Raise ValidationError with a sentence for the user if it can't be used.
    """
    if (file.size or 0) > MAX_BYTES:
        raise ValidationError(TOO_LARGE)
    if not file.size:
        raise ValidationError(EMPTY)
    try:
        with Image.open(file, formats=("PNG", "JPEG", "WEBP")) as image:
            # The size is in the file's header: nothing has been unpacked yet.
            if image.width * image.height > MAX_PIXELS:
                raise ValidationError(TOO_MANY_PIXELS)
            with _drawing:
                return _webp(image, crop=crop)
    except Image.DecompressionBombError:
        raise ValidationError(TOO_MANY_PIXELS) from None
    except UNREADABLE:
        raise ValidationError(NOT_A_PICTURE) from None


def _webp(image: Image.Image, *, crop: bool) -> bytes:
    image.draft("RGB", (SIDE, SIDE))  # of a JPEG, unpacks no more than needed
    image.load()
    has_alpha = image.has_transparency_data
    upright = ImageOps.exif_transpose(image)
    square = (ImageOps.fit if crop else ImageOps.pad)(
        upright.convert("RGBA" if has_alpha or not crop else "RGB"), (SIDE, SIDE), Image.Resampling.LANCZOS
    )
    # A new image: Pillow would save the color profile and other metadata of one that was read.
    clean = Image.new(square.mode, square.size)
    clean.paste(square)
    out = BytesIO()
    clean.save(out, "WEBP", quality=85, method=4)
    return out.getvalue()


class SizeLimit(FileUploadHandler):
    """Drop files of requests that are too large, before they take memory or disk space.

    Sets `upload_too_large` on the request, for a message in the form. Far larger requests are refused unread.
    """

    def handle_raw_input(self, input_data: Any, META: dict, content_length: int, *args: Any, **options: Any) -> None:  # noqa: N803
        if content_length > MAX_REQUEST_BYTES:
            raise RequestDataTooBig("The request's files are too large.")
        self.too_large = content_length > MAX_BYTES + FORM_BYTES
        if self.request is not None:
            self.request.upload_too_large = self.too_large

    def new_file(self, *args: Any, **options: Any) -> None:
        if self.too_large:
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


def delete_after_commit(name: str | None) -> None:
    """Delete a stored file once the transaction that gives it up is committed."""
    if name:
        transaction.on_commit(lambda: default_storage.delete(name))
