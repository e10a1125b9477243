"""Forgetting remembered devices: they are asked for a second factor again (S-4)."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import login_required
from accounts.models import KnownBrowser
from accounts.next_url import get_next_url
from accounts.own_sign_in import own_sign_in_required
from accounts.requests import UserRequest
from accounts.services.own_sessions import forget_all_browsers, forget_browser
from base.responses import htmx_redirect


@require_POST
@login_required
@own_sign_in_required
def browser_forgetting(request: UserRequest, browser_id: UUID) -> HttpResponse:
    """Forget one device."""
    try:
        device = forget_browser(user=request.user, browser_id=browser_id)
    except KnownBrowser.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("%(device)s was forgotten.") % {"device": device})
    return redirect(get_next_url(request))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@own_sign_in_required
def browsers_forgetting(request: UserRequest) -> HttpResponse:
    """Forget all devices, after a confirmation."""
    next_url = get_next_url(request)
    if request.method != "POST":
        context = {"next": next_url, "cancel_url": next_url, "tone": "neutral", "icon_name": "laptop"}
        return render(request, "account/privacy/all_browsers.html", context)
    if forget_all_browsers(user=request.user):
        messages.success(request, _("All devices were forgotten."))
    else:
        messages.info(request, _("No devices were remembered."))
    return htmx_redirect(request, next_url)
