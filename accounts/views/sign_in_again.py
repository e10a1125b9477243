"""Signing in again, where an organization has ended this session (S-5, S-6)."""

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.module_loading import import_string
from django.views.decorators.http import require_http_methods

from accounts.access import login_required
from accounts.next_url import get_next_url
from accounts.requests import UserRequest
from accounts.services import record_event


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def sign_in_again(request: UserRequest) -> HttpResponse:
    """Explain that an organization needs a new sign-in, and sign out after a confirmation.

    The session goes on until then, because the user's other organizations haven't ended it.
    """
    target = get_next_url(request)
    if request.method == "POST":
        record_event(user=request.user, action="sign_out")
        logout(request)
        return redirect_to_login(target)
    import_string(settings.SHOW_BRAND_AT)(request, target)
    return render(request, "account/sign_in_again.html", {"next": target})
