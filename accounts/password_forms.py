"""allauth's forms about passwords, with our rules and limits (settings.ACCOUNT_FORMS)."""

from typing import Any
from uuid import uuid4

from allauth.account import forms as allauth_forms
from allauth.account.fields import EmailField
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.forms import show_password_rules
from accounts.models import User
from accounts.passwords import normalize_password
from accounts.services import change_password, confirm_password, request_password_reset, reset_password
from accounts.validators import password_rules
from base.ids import parse_uuid
from base.policies import RateLimited
from base.text import strip_hidden


class LimitedForm(forms.Form):
    """A form that checks a secret. `limit` is set if it wasn't checked, because of too many attempts.

    The view then answers 429, see accounts.views.passwords.LimitedView.
    """

    limit: RateLimited | None = None

    def clean(self) -> dict[str, Any]:
        try:
            return super().clean() or self.cleaned_data
        except RateLimited as error:
            raise self.refuse(error) from None

    def refuse(self, error: RateLimited) -> ValidationError:
        """Return the error to show, which says when to try again."""
        self.limit = error
        return ValidationError(str(error), code="limited")


class AddressField(EmailField):
    """An email address, which may have been copied with hidden characters at its ends."""

    def to_python(self, value: Any) -> str:
        return super().to_python(strip_hidden(str(value or "")))


class SignInForm(LimitedForm, allauth_forms.LoginForm):
    """Email address and password. AccountAdapter.authenticate() checks them."""

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self.fields["login"] = AddressField()


class ResetForm(forms.Form):
    """The email address to send a reset link to. Known and unknown ones take the same work."""

    email = AddressField()
    # Another for each page: pressing the button twice sends one email.
    press = forms.CharField(required=False, max_length=36, widget=forms.HiddenInput, initial=uuid4)

    def save(self, request: HttpRequest, **options: Any) -> None:
        press = parse_uuid(self.cleaned_data["press"])
        request_password_reset(request, email=self.cleaned_data["email"], press=press)


class NewPasswordForm(forms.Form):
    """A new password, entered twice, whose rules are shown while the user types."""

    user: User

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        show_password_rules(self.fields["password1"], password_rules(self.user))

    def clean_password1(self) -> str:
        return normalize_password(self.cleaned_data["password1"])

    def clean_password2(self) -> str:
        return normalize_password(self.cleaned_data["password2"])


class ChangeForm(NewPasswordForm, LimitedForm, allauth_forms.ChangePasswordForm):
    """The current and a new password."""

    def __init__(self, *args: Any, request: HttpRequest, **options: Any):
        self.request = request
        super().__init__(*args, **options)

    def clean_oldpassword(self) -> str:
        password = self.cleaned_data["oldpassword"]
        try:
            is_right = confirm_password(self.request, user=self.user, password=password)
        except RateLimited as error:
            raise self.refuse(error) from None
        if not is_right:
            raise ValidationError(_("Wrong current password. Check it and try again."), code="wrong")
        return password

    def save(self) -> None:
        change_password(user=self.user, password=self.cleaned_data["password1"])


class SetForm(NewPasswordForm, allauth_forms.SetPasswordForm):
    """A first password."""

    def save(self) -> None:
        change_password(user=self.user, password=self.cleaned_data["password1"])


class ResetKeyForm(NewPasswordForm, allauth_forms.ResetPasswordKeyForm):
    """A new password, with an emailed link."""

    def save(self) -> None:
        reset_password(user=self.user, password=self.cleaned_data["password1"])
