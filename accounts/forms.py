"""Forms for the user's own account."""

from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import CsvSeparator, Theme, User
from accounts.queries import NAME_LIMIT, AccountRules
from accounts.validators import MaximumLengthValidator, PasswordRules, check_new_password, password_rules
from base.forms import SingleLineField
from base.names import MISSING_NAME
from base.policies import RateLimited
from base.text import canonical_email
from base.zones import find_zone_name


class NameForm(forms.Form):
    """The user's own name. One of the two is enough."""

    first_name = SingleLineField(
        label=_("First name"), widget=forms.TextInput(attrs={"autocomplete": "given-name"}), required=False
    )
    last_name = SingleLineField(
        label=_("Last name"), widget=forms.TextInput(attrs={"autocomplete": "family-name"}), required=False
    )

    def clean(self) -> dict[str, str]:
        names = self.cleaned_data
        if not self.errors and not (names["first_name"] or names["last_name"]):
            self.add_error("first_name", MISSING_NAME)
        return names


class PasskeyForm(forms.Form):
    """The name of a passkey."""

    name = SingleLineField(
        label=_("Name of this passkey"), limit=NAME_LIMIT,
        widget=forms.TextInput(attrs={"autocomplete": "off", "maxlength": NAME_LIMIT}),
        error_messages={"required": _("Enter a name.")},
    )  # fmt: skip


class ThemeForm(forms.Form):
    """The user's theme."""

    theme = forms.ChoiceField(choices=Theme)


class CsvSeparatorForm(forms.Form):
    """What separates the columns in the user's CSV files."""

    separator = forms.ChoiceField(choices=CsvSeparator)


class TimeZoneForm(forms.Form):
    """The user's time zone. Blank means the one that the browser names. The city alone is enough: "lisbon"."""

    time_zone = SingleLineField(
        label=_("Time zone"), required=False, limit=64,
        widget=forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip

    def clean_time_zone(self) -> str:
        typed = self.cleaned_data["time_zone"]
        name = find_zone_name(typed)
        if typed and not name:
            raise ValidationError(_("Choose a time zone from the list, for example Europe/Lisbon."), code="invalid")
        return name


def show_password_rules(field: forms.Field, rules: PasswordRules) -> None:
    """Let ui/password_rules.html and static/js/pages/password.js show the rules at this field."""
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


class EmailChangeForm(forms.Form):
    """A new email address, and the user's password if they have one.

    A wrong password counts like a failed sign-in, with the same limits.
    """

    email = forms.CharField(
        label=_("New email address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": _("Enter an email address.")},
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Enter your password.")},
    )

    def __init__(self, *args: Any, request: HttpRequest, user: User, **options: Any):
        self.request, self.user = request, user
        self.limit: RateLimited | None = None  # set if too many attempts were made
        super().__init__(*args, **options)
        if not user.has_usable_password():
            del self.fields["password"]

    def clean_email(self) -> str:
        email = canonical_email(self.cleaned_data["email"])
        if email == self.user.email:
            raise ValidationError(_("This is already your email address. Enter another one."), code="same")
        return email

    def clean_password(self) -> str:
        adapter, password = get_adapter(self.request), self.cleaned_data["password"]
        try:
            is_right = adapter.reauthenticate(self.user, password)
        except RateLimited as refusal:
            self.limit = refusal
            raise ValidationError(str(refusal), code="limited") from None
        if not is_right:
            raise ValidationError(adapter.error_messages["incorrect_password"], code="incorrect")
        return password
