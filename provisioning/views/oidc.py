"""The addresses that OpenID providers use: the callback after a sign-in, and back-channel logout."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from base.outgoing import OutgoingError
from provisioning.models import IdentityProvider
from provisioning.models.sso import Protocol
from provisioning.queries.identity_providers import find_provider
from provisioning.services.sso_logout import end_provider_sessions
from provisioning.services.sso_requests import take_request
from provisioning.sso import completion
from provisioning.sso.browser import get_browser
from provisioning.sso.oidc.callback import complete
from provisioning.sso.oidc.logout_token import check_logout_token
from provisioning.sso.profile import SsoError
from provisioning.sso.returning import finished_url, require_enabled


def _find_oidc_provider(slug: str) -> IdentityProvider:
    identity_provider = find_provider(slug)
    if identity_provider.protocol != Protocol.OIDC:
        raise Http404
    return identity_provider


@require_GET
def sso_callback(request: HttpRequest, slug: str) -> HttpResponse:
    """Finish a sign-in with the provider's answer. A second click on it leads to the page that the first one opened."""
    identity_provider, sso_request = _find_oidc_provider(slug), None
    state, browser = request.GET.get("state", ""), get_browser(request)
    try:
        sso_request = take_request(identity_provider=identity_provider, state=state, browser=browser)
        require_enabled(sso_request)
        profile = complete(sso_request, request.GET.dict())
        return completion.finish(request, sso_request, profile)
    except SsoError as error:
        if sso_request is None and (url := finished_url(request, identity_provider, state, browser)):
            return redirect(url)
        return completion.fail(request, identity_provider, error, sso_request)


@csrf_exempt  # the provider's server sends it; the token's signature proves that
@require_POST
def sso_logout(request: HttpRequest, slug: str) -> HttpResponse:
    """End the sessions that the provider names (OpenID Connect Back-Channel Logout 1.0, 2.5 to 2.8)."""
    identity_provider = _find_oidc_provider(slug)
    try:
        named = check_logout_token(identity_provider, request.POST.get("logout_token", ""))
    except (SsoError, OutgoingError) as error:
        response: HttpResponse = JsonResponse({"error": "invalid_request", "error_description": str(error)}, status=400)
    else:
        end_provider_sessions(identity_provider=identity_provider, subject=named.subject, sid=named.sid)
        response = HttpResponse()
    response["Cache-Control"] = "no-store"
    return response
