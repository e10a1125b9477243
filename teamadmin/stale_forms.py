"""Forms whose CSRF token is out of date: their page is from before a sign-in in another tab.

If the form came from one of our own pages, which its Origin proves, what was typed is shown again with a new token.
"""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.kept_fields import kept_fields
from accounts.next_url import get_next_url
from accounts.views.passwords import SignInView
from invitations.views.accept import render_out_of_date

# Pages where someone signs in.
SIGN_IN = frozenset({"account_login", "second_factor"})


def respond(request: HttpRequest) -> HttpResponse | None:
    """Return a page that continues from the form, or None: then the general page says what happened."""
    if getattr(request, "htmx", False):
        return None
    name = request.resolver_match.url_name if request.resolver_match else ""
    if name in SIGN_IN and request.user.is_authenticated:
        return redirect(get_next_url(request))
    if not _is_own_form(request):
        return None
    if name == "account_login":
        return _sign_in_again(request)
    if name == "accept":
        return render_out_of_date(request)
    fields = kept_fields(request)
    return render(request, "errors/stale_form.html", {"fields": fields}, status=403) if fields else None


def _is_own_form(request: HttpRequest) -> bool:
    """Return whether one of our pages sent the form. Browsers send Origin with every POST, and scripts can't set it."""
    own = f"{request.scheme}://{request.get_host()}"
    return request.headers.get("Origin", "") in {own, *settings.CSRF_TRUSTED_ORIGINS}


def _sign_in_again(request: HttpRequest) -> HttpResponse:
    """Show the sign-in form with the email address that was typed, and a new token."""
    messages.warning(request, _("This page was out of date. Enter your password again."))
    view, request.method = SignInView.as_view(initial={"login": request.POST.get("login", "")[:254]}), "GET"
    response = view(request)
    response.status_code = 403 if response.status_code == 200 else response.status_code
    return response
