"""Form fields that clean text with base.text, so that forms, services and imports accept the same input."""

from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise

from base import text


class SingleLineField(forms.CharField):
    """A single-line text such as a name: at most `limit` code points, in any script."""

    def __init__(self, *, limit: int = 100, **options):
        self.limit = limit
        super().__init__(**options)

    def to_python(self, value):
        return text.clean_line(str(value or ""), limit=self.limit)


class MultiLineField(forms.CharField):
    """A multi-line text: at most `limit` code points. A line break counts as one."""

    widget = forms.Textarea

    def __init__(self, *, limit: int = 2500, **options):
        self.limit = limit
        super().__init__(**options)

    def to_python(self, value):
        return text.clean_multiline(str(value or ""), limit=self.limit)


@dataclass(frozen=True)
class ChoiceLabel:
    """The label of a choice card with a line of explanation (ui/choices.html)."""

    text: str | Promise
    hint: str | Promise = ""

    def __str__(self) -> str:
        return str(self.text)


def first_error(error: ValidationError) -> str:
    """Return the first message of a ValidationError."""
    return str(error.messages[0])
