"""Opening a setup link (O-6): its token moves from the URL into a cookie."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.services import check_attempts, ip_keys, record_failure
from provisioning.queries.setup_links import find_setup_link
from provisioning.setup_access import ended_reason, render_ended, render_unknown, store_token


@require_safe
@never_cache
def setup_link(request: HttpRequest, token: str) -> HttpResponse:
    """Move the token into a cookie and redirect to the page of the link. Changes nothing else (CVE-2022-23067)."""
    keys = ip_keys("setup_link")
    check_attempts(*keys)
    link = find_setup_link(token)
    if link is None:
        record_failure(*keys)
        response = render_unknown(request)
        # Django would log the path of a 404, which may contain a valid token followed by a full stop.
        response._has_been_logged = True  # type: ignore[attr-defined]
    elif reason := ended_reason(link):
        response = render_ended(request, reason)
        response._has_been_logged = True  # type: ignore[attr-defined]
    else:
        response = store_token(redirect("setup_page", link.pk), link, token)
    # Only on this page: with "no-referrer", browsers send "Origin: null" with a form, which the CSRF check refuses.
    response["Referrer-Policy"] = "no-referrer"
    return response
