"""Forms for the user's own account."""

from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Theme, User
from accounts.validators import minimum_length
from base.forms import SingleLineField
from base.policies import RateLimited
from base.text import canonical_email


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


class NewPasswordForm(forms.Form):
    """The password of a new account. It can be shown instead of being typed twice (NIST SP 800-63B-4, 3.1.1.2).

    `user` is the new, unsaved user: the password must not be like their name or email address.
    """

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput,
        error_messages={"required": _("Enter a password.")},
    )

    def __init__(self, *args: Any, user: User, **options: Any):
        self.user = user
        super().__init__(*args, **options)
        unlike = "|".join(part for part in (user.first_name, user.last_name, user.email.partition("@")[0]) if part)
        self.fields["password"].widget.attrs |= {"data-min": minimum_length(), "data-unlike": unlike}

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        validate_password(password, self.user)
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
        super().__init__(*args, **options)
        if not user.has_usable_password():
            del self.fields["password"]

    def clean_email(self) -> str:
        email = canonical_email(self.cleaned_data["email"])
        if email == self.user.email:
            raise ValidationError(_("This is your email address already. Enter another one."), code="same")
        return email

    def clean_password(self) -> str:
        adapter, password = get_adapter(self.request), self.cleaned_data["password"]
        try:
            is_right = adapter.reauthenticate(self.user, password)
        except RateLimited as refusal:
            raise ValidationError(str(refusal), code="limited") from None
        if not is_right:
            raise ValidationError(adapter.error_messages["incorrect_password"], code="incorrect")
        return password
