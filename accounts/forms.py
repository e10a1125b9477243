"""Forms for the user's own account."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import Theme, User
from accounts.queries import AccountRules
from accounts.validators import MaximumLengthValidator, PasswordRules, check_new_password, password_rules
from base.forms import SingleLineField


class NameForm(forms.Form):
    """The user's own name."""

    first_name = SingleLineField(
        label=_("First name"), widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
        error_messages={"required": _("Enter a first name.")},
    )  # fmt: skip
    last_name = SingleLineField(
        label=_("Last name"), widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
        error_messages={"required": _("Enter a last name.")},
    )  # fmt: skip


class ThemeForm(forms.Form):
    """The user's theme."""

    theme = forms.ChoiceField(choices=Theme)


def show_password_rules(field: forms.Field, rules: PasswordRules) -> None:
    """Let ui/password_rules.html and password.js show the rules at this field."""
    field.widget.attrs |= {"data-min": rules.min_length, "data-unlike": "|".join(rules.words)}
    if settings.PASSWORD_BREACH_CHECK:
        field.widget.attrs["data-leaked"] = True


class NewPasswordForm(forms.Form):
    """The password of a new account. It can be shown instead of being typed twice (NIST SP 800-63B-4, 3.1.1.2).

    `user` is the new, unsaved user: the password must not be made of their name or email address. `account_rules` are
    those of the organization that they join.
    """

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput,
        error_messages={"required": _("Enter a password.")},
    )

    def __init__(self, *args: Any, user: User, account_rules: AccountRules, **options: Any):
        super().__init__(*args, **options)
        self.rules = password_rules(user, account_rules)
        show_password_rules(self.fields["password"], self.rules)

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        MaximumLengthValidator().validate(password)
        check_new_password(password, None, self.rules)
        return password
