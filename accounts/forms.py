"""Forms about oneself."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Theme
from base.forms import LineField


class NameForm(forms.Form):
    """One's own name."""

    first_name = LineField(
        label=_("First name"), widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
        error_messages={"required": _("Enter a first name.")},
    )  # fmt: skip
    last_name = LineField(
        label=_("Last name"), widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
        error_messages={"required": _("Enter a last name.")},
    )  # fmt: skip


class ThemeForm(forms.Form):
    """The colours of every page."""

    theme = forms.ChoiceField(choices=Theme)
