"""The stages of signing in that allauth doesn't have."""

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.stages import LoginStage, LoginStageController
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from accounts.models import User
from accounts.policies import can_sign_in
from accounts.queries import has_two_factor
from accounts.services import is_remembered, set_second_factor
from accounts.services.sign_in import REMEMBERED


class SecondFactorStage(LoginStage):
    """Ask users who have a second factor for it, before they have a session (S-2).

    Until then, the browser's session has no user: every page treats it as signed out.
    """

    key = "second_factor"
    urlname = "second_factor"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        user = self.login.user
        if not self._is_sso() or self.request.user != user:
            set_second_factor(self.request.session, "")  # an unfinished sign-in in this browser may have set one
        if user is None or not has_two_factor(user) or self._is_sso():
            return None, True
        if factor := self._factor_used(user):
            set_second_factor(self.request.session, factor)
            return None, True
        self.state["auth_hash"] = user.get_session_auth_hash()
        return HttpResponseRedirect(reverse("second_factor")), True

    def _is_sso(self) -> bool:
        """Return whether an identity provider signs in. Its organization's policies say if a factor is asked for."""
        return getattr(self.request, "sso_sign_in", None) is not None

    def _factor_used(self, user: User) -> str:
        """Return the factor that replaces the question: a passkey to sign in with, a remembered browser, or ""."""
        records = get_authentication_records(self.request, user)
        if records and records[-1]["method"] == "passkey":
            return "passkey"
        return REMEMBERED if is_remembered(self.request, user) else ""

    @classmethod
    def enter(cls, request: HttpRequest) -> "SecondFactorStage | None":
        """Return the stage in which the sign-in of this browser waits for a second factor, None if none does."""
        return LoginStageController.enter(request, cls.key)

    def is_current(self) -> bool:
        """Return whether the sign-in may go on: since the password was checked, nothing ended the user's sessions."""
        user = self.login.user
        if user is None or not can_sign_in(user, "password") or not has_two_factor(user):
            return False
        return constant_time_compare(self.state.get("auth_hash", ""), user.get_session_auth_hash())
