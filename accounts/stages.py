"""The stages of signing in that allauth doesn't have."""

from allauth.account.stages import LoginStage
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.queries import has_two_factor


class SecondFactorStage(LoginStage):
    """Ask users who have a second factor for it, before they have a session (S-2).

    Until then, the browser's session has no user: every page treats it as signed out.
    """

    key = "second_factor"
    urlname = "second_factor"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        if self.login.user is None or not has_two_factor(self.login.user):
            return None, True
        return HttpResponseRedirect(reverse("second_factor")), True
