"""The form that asks users to confirm who they are."""

from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.services import check_second_factor, find_browser
from base.policies import RateLimited
from base.times import retry_text


class IdentityForm(forms.Form):
    """Any one factor of the user: their password, a code from their authenticator app, or a backup code.

    is_valid() raises RateLimited after too many wrong ones.
    """

    password = forms.CharField(label=_("Password"), strip=False, required=False, widget=forms.PasswordInput)
    code = forms.CharField(label=_("Authenticator code or backup code"), required=False, max_length=40)

    def __init__(self, *args: Any, request: HttpRequest, **options: Any):
        self.request, self.user = request, request.user
        super().__init__(*args, **options)

    def clean(self) -> dict[str, Any]:
        if self.errors:
            return self.cleaned_data
        if "code" in self.data:
            self._check_code(self.cleaned_data["code"])
        else:
            self._check_password(self.cleaned_data["password"])
        return self.cleaned_data

    def _check_password(self, password: str) -> None:
        if not password:
            self.add_error("password", _("Enter your password."))
        elif not get_adapter(self.request).reauthenticate(self.user, password):
            self.add_error("password", _("Wrong password. Check it and try again."))

    def _check_code(self, code: str) -> None:
        if not code.strip():
            self.add_error("code", _("Enter a code."))
            return
        check = check_second_factor(user=self.user, code=code, browser=find_browser(self.request, self.user))
        if check.retry_at:
            text = _("Too many wrong codes.") + " " + retry_text(check.retry_at, timezone.now())
            raise RateLimited(text, check.retry_at)
        if not check.factor:
            self.add_error("code", _("That code isn’t right, has expired, or was already used. Try another one."))
