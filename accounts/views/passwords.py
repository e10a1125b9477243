"""allauth's pages for signing in and for passwords, with limits on attempts (S-1, S-10).

A form that is refused because of a limit answers 429 with Retry-After. It keeps what was typed, except passwords.
"""

from typing import Any

from allauth.account import views as allauth_views
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from accounts.next_url import get_next_url
from accounts.own_sign_in import own_sign_in_required
from accounts.services import check_attempts, ip_keys, record_failure
from accounts.single_sign_on import sso_choice_at
from base.policies import RateLimited
from base.responses import limit_reached


class LimitedView:
    """A form view whose form may have a `limit` (accounts.password_forms.LimitedForm)."""

    def form_invalid(self, form: Any) -> HttpResponse:
        response = super().form_invalid(form)  # type: ignore[misc]
        return limit_reached(response, form.limit) if form.limit else response


class SignInView(LimitedView, allauth_views.LoginView):
    """Sign in with email address and password, or where the page that it leads to has it, with single sign-on."""

    def get_context_data(self, **options: Any) -> dict[str, Any]:
        next_url = get_next_url(self.request, "")
        choice = sso_choice_at(next_url) if next_url else None
        sso = {"choice": choice, "url": choice.start_url(next_url)} if choice else None
        return super().get_context_data(**options) | {"sso": sso}


class ResetView(allauth_views.PasswordResetView):
    """Ask for a link to choose a new password."""

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return super().form_valid(form)
        except RateLimited as error:
            form.add_error(None, str(error))
            return limit_reached(self.form_invalid(form), error)


class ResetKeyView(allauth_views.PasswordResetFromKeyView):
    """Choose a new password with an emailed link. Invalid links are counted by IP address."""

    def dispatch(self, request: HttpRequest, *args: Any, **options: Any) -> HttpResponseBase:
        keys = ip_keys("reset_link")
        check_attempts(*keys)
        self.reset_user = None
        response = super().dispatch(request, *args, **options)
        if self.reset_user is None and response.status_code != 302:  # a valid link redirects to one without the key
            record_failure(*keys)
        return response


class ChangeView(LimitedView, allauth_views.PasswordChangeView):
    """Change the password, with the current one."""

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"request": self.request}


class SetView(allauth_views.PasswordSetView):
    """Choose a first password."""


sign_in = SignInView.as_view()
reset = ResetView.as_view()
reset_key = ResetKeyView.as_view()
change = own_sign_in_required(ChangeView.as_view())
set_first = own_sign_in_required(SetView.as_view())
