"""The addresses that OpenID providers use: the callback after a sign-in, and back-channel logout."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from base.outgoing import OutgoingError
from provisioning.models.sso import Protocol
from provisioning.queries.identity_providers import find_provider_with
from provisioning.services.sso_logout import end_provider_sessions
from provisioning.sso.oidc.callback import complete
from provisioning.sso.oidc.logout_token import check_logout_token
from provisioning.sso.profile import SsoError
from provisioning.sso.returning import finish_request


@require_GET
def sso_callback(request: HttpRequest, slug: str) -> HttpResponse:
    """Finish a sign-in with the provider's answer. A second click on it leads to the page that the first one opened."""
    identity_provider = find_provider_with(slug, Protocol.OIDC)
    return finish_request(request, identity_provider, lambda started: complete(started, request.GET.dict()))


@csrf_exempt  # the provider's server sends it; the token's signature proves that
@require_POST
def sso_logout(request: HttpRequest, slug: str) -> HttpResponse:
    """End the sessions that the provider names (OpenID Connect Back-Channel Logout 1.0, 2.5 to 2.8)."""
    identity_provider = find_provider_with(slug, Protocol.OIDC)
    try:
        named = check_logout_token(identity_provider, request.POST.get("logout_token", ""))
    except (SsoError, OutgoingError) as error:
        response: HttpResponse = JsonResponse({"error": "invalid_request", "error_description": str(error)}, status=400)
    else:
        end_provider_sessions(identity_provider=identity_provider, subject=named.subject, sid=named.sid)
        response = HttpResponse()
    response["Cache-Control"] = "no-store"
    return response
