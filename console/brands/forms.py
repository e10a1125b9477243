"""The forms of the Brands page."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from base.brands import Brand
from base.colors import parse_color
from base.forms import SingleLineField
from base.uploads import TOO_LARGE, clean_picture
from organizations.brand_rules import (
    FROM_NAME_LIMIT,
    PLATFORM_NAME_LIMIT,
    ContrastTooLow,
    clean_brand_name,
    clean_color,
    clean_reply_to,
)
from organizations.brands import brand_of
from organizations.models import Organization
from organizations.services import BrandSettings


class BrandForm(forms.Form):
    """Color, names and reply address. `shade` is the color to suggest if the typed one has too little contrast."""

    brand_color = forms.CharField(label=_("Brand color"), required=False, strip=True)
    platform_name = SingleLineField(label=_("Platform name"), required=False, limit=PLATFORM_NAME_LIMIT)
    from_name = SingleLineField(label=_("From name"), required=False, limit=FROM_NAME_LIMIT)
    reply_to = forms.CharField(label=_("Reply address"), required=False, widget=forms.EmailInput)

    shade = ""

    def __init__(self, data: Any = None, *, organization: Organization) -> None:
        self.organization, self.saved = organization, BrandSettings.of(organization)
        super().__init__(data, initial=vars(self.saved))

    def clean_brand_color(self) -> str:
        try:
            return clean_color(self.cleaned_data["brand_color"])
        except ContrastTooLow as error:
            self.shade = error.shade
            raise

    def clean_platform_name(self) -> str:
        return clean_brand_name(self.cleaned_data["platform_name"], limit=PLATFORM_NAME_LIMIT)

    def clean_from_name(self) -> str:
        return clean_brand_name(self.cleaned_data["from_name"], limit=FROM_NAME_LIMIT)

    def clean_reply_to(self) -> str:
        return clean_reply_to(self.cleaned_data["reply_to"])

    @property
    def settings(self) -> BrandSettings:
        """The values to save. The form must be valid."""
        return BrandSettings(**self.cleaned_data)

    @property
    def brand(self) -> Brand:
        """The brand to preview: the typed values, or the saved ones where the typed ones aren't valid."""
        values = vars(self.saved) | (self.cleaned_data if self.is_bound and not self.is_valid() else {})
        if self.is_bound and self.is_valid():
            values = vars(self.settings)
        elif self.is_bound and (color := parse_color((self["brand_color"].value() or "")[:20])):
            values["brand_color"] = color
        typed = Organization(name=self.organization.name, logo=self.organization.logo.name, **values)
        return brand_of(typed)


class LogoForm(forms.Form):
    """A logo. `cleaned_data["logo"]` is the picture to store."""

    logo = forms.FileField(
        label=_("Logo"),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp", "class": "sr-only"}),
        allow_empty_file=True,
        error_messages={"required": _("Choose a picture first.")},
    )

    def __init__(self, *args: Any, request: HttpRequest | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        if getattr(request, "upload_too_large", False):  # the file was dropped (base.uploads.SizeLimit)
            self.fields["logo"].error_messages["required"] = TOO_LARGE

    def clean_logo(self) -> bytes:
        file: UploadedFile = self.cleaned_data["logo"]
        return clean_picture(file, crop=False)
