"""Forms of everyone's own pages."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from base.uploads import TOO_LARGE, clean_picture


class AvatarForm(forms.Form):
    """A picture of the user. `cleaned_data["picture"]` is the picture to store."""

    picture = forms.FileField(
        label=_("Picture"),
        help_text=_("PNG, JPEG or WebP, up to 5 MB. It’s cropped to a square."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp", "class": "input"}),
        allow_empty_file=True,
        error_messages={"required": _("Choose a picture first.")},
    )

    def __init__(self, *args: Any, request: HttpRequest, **options: Any) -> None:
        super().__init__(*args, **options)
        if getattr(request, "upload_too_large", False):  # the file was dropped (base.uploads.SizeLimit)
            self.fields["picture"].error_messages["required"] = TOO_LARGE

    def clean_picture(self) -> bytes:
        file: UploadedFile = self.cleaned_data["picture"]
        return clean_picture(file)
