"""Logging out your other sessions (S-4)."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import login_required
from accounts.models import Session
from accounts.next_url import get_next_url
from accounts.requests import UserRequest
from accounts.services.own_sessions import log_out_other_sessions, log_out_session
from base.responses import htmx_redirect


@require_POST
@login_required
def session_ending(request: UserRequest, key: str) -> HttpResponse:
    """Log out one session, by its stored key. The current one is signed out."""
    try:
        device = log_out_session(user=request.user, session_key=key)
    except Session.DoesNotExist:
        raise Http404 from None
    if key == request.session.row.pk:  # type: ignore[attr-defined]
        logout(request)
        return redirect("account_login")
    messages.success(request, _("%(device)s was logged out.") % {"device": device})
    return redirect(get_next_url(request))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def other_sessions_ending(request: UserRequest) -> HttpResponse:
    """Log out all sessions but this one, after a confirmation."""
    next_url = get_next_url(request)
    if request.method != "POST":
        context = {"next": next_url, "cancel_url": next_url, "tone": "neutral", "icon_name": "log-out"}
        return render(request, "account/privacy/other_sessions.html", context)
    key = request.session.row.pk  # type: ignore[attr-defined]
    if log_out_other_sessions(user=request.user, session_key=key):
        messages.success(request, _("All other sessions were logged out."))
    else:
        messages.info(request, _("You weren’t signed in anywhere else."))
    return htmx_redirect(request, next_url)
