"""A form field that chooses one row."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from base.ids import parse_uuid
from workspace.records.queries import MAX_OPTIONS


class RowField(forms.CharField):
    """Choose one row: from a select, or by typing its name where there are more than MAX_OPTIONS.

    rows: what can be chosen. name_of: the text of a row, by which `find` finds it when it is typed. blank: the label of
    choosing nothing; "" if a row is required. current: the row that is chosen, also if it isn't among `rows`, and
    `current_label` its text, so that a form can keep what its user may not see. typed_hint: the text field's hint.
    """

    def __init__(
        self,
        *,
        rows: QuerySet,
        name_of: Callable[[Any], str],
        find: Callable[[str], Model | None],
        current: Model | None = None,
        current_label: str = "",
        blank: str = "",
        not_found: str = "",
        typed_hint: str = "",
        **options: Any,
    ) -> None:
        listed = list(rows[: MAX_OPTIONS + 1])
        self.is_select = len(listed) <= MAX_OPTIONS
        self.find, self.not_found, self.name_of = find, not_found, name_of
        self.by_key = {str(row.pk): row for row in listed[:MAX_OPTIONS]}
        self.current, self.current_label = current, current_label or (name_of(current) if current else "")
        super().__init__(required=not blank, **options)
        if self.is_select:
            choices = [(key, name_of(row)) for key, row in self.by_key.items()]
            if current and str(current.pk) not in self.by_key:
                choices.insert(0, (str(current.pk), self.current_label))
            self.widget = forms.Select(choices=[("", blank or _("Choose one")), *choices])
        else:
            self.widget = forms.TextInput(attrs={"autocomplete": "off"})
            self.help_text = typed_hint

    def prepare_value(self, value: Any) -> str:
        if not isinstance(value, Model):
            return value or ""
        return str(value.pk) if self.is_select else self.current_label

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        if not text:
            return None
        if self.current and text in (str(self.current.pk), self.current_label):
            return self.current
        row = self.by_key.get(text) or (None if self.is_select or parse_uuid(text) else self.find(text))
        if row is None:
            raise ValidationError(self.not_found or _("Choose one from the list."))
        return row

    def validate(self, value: Any) -> None:
        if self.required and value is None:
            raise ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        """Skip the validators, which are for text."""
