"""Validation of brand values, shared by forms and services (A-2)."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from base.colors import AA, WHITE, contrast, parse_color, passing_shade
from base.text import canonical_email, clean_line

PLATFORM_NAME_LIMIT, FROM_NAME_LIMIT = 40, 60
# Email clients would show a name with one of these in place of the real address.
ADDRESS_PARTS = ("@", "://", "www.")


class ContrastTooLow(ValidationError):
    """White text has too little contrast on the color. `shade` is the nearest color that passes."""

    def __init__(self, color: str):
        self.shade = passing_shade(color)
        ratio = int(contrast(color, WHITE) * 10) / 10
        message = _("White text on %(color)s has a contrast of %(ratio)s:1. It needs 4.5:1. Try %(shade)s.")
        super().__init__(message % {"color": color, "ratio": ratio, "shade": self.shade}, code="contrast")


def clean_color(text: str) -> str:
    """Return "#rrggbb", or "" for the platform's color. Raise ValidationError, ContrastTooLow for low contrast."""
    if not text.strip():
        return ""
    color = parse_color(text[:20])
    if color is None:
        raise ValidationError(_("Enter a hex color, for example #0b6b4f."))
    if contrast(color, WHITE) < AA:
        raise ContrastTooLow(color)
    return color


def clean_brand_name(text: str, *, limit: int) -> str:
    """Return a valid platform name or From name. Raise ValidationError if it's invalid or looks like an address."""
    name = clean_line(text, limit=limit)
    folded = unicodedata.normalize("NFKC", name).casefold()
    if any(part in folded for part in ADDRESS_PARTS):
        raise ValidationError(_("Enter a name, not an email or web address."))
    return name


def clean_reply_to(text: str) -> str:
    """Return the reply address in its canonical form, or "". Raise ValidationError."""
    return canonical_email(text) if text.strip() else ""
