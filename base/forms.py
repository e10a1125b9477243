"""Form fields that clean by base.text, so that a form, a service and an import accept the same."""

from django import forms
from django.core.exceptions import ValidationError

from base import text


class LineField(forms.CharField):
    """A name: 1 to `limit` code points of any script (blank where not required)."""

    def __init__(self, *, limit: int = 100, **options):
        self.limit = limit
        super().__init__(**options)

    def to_python(self, value):
        return text.clean_line(str(value or ""), limit=self.limit)


class BlockField(forms.CharField):
    """A text of several lines, at most `limit` code points, a line break counting one."""

    widget = forms.Textarea

    def __init__(self, *, limit: int = 2500, **options):
        self.limit = limit
        super().__init__(**options)

    def to_python(self, value):
        return text.clean_block(str(value or ""), limit=self.limit)


def first_error(error: ValidationError) -> str:
    """The first sentence of a ValidationError."""
    return str(error.messages[0])
