"""Form fields that clean text with base.text, so that forms, services and imports accept the same input."""

from django import forms
from django.core.exceptions import ValidationError

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


def first_error(error: ValidationError) -> str:
    """Return the first message of a ValidationError."""
    return str(error.messages[0])
