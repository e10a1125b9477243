"""The addresses that OpenID providers use: the callback after a sign-in, and back-channel logout."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from accounts.services.sign_in import SignIns
from base.outgoing import OutgoingError
from provisioning.models import IdentityProvider, SsoPurpose, SsoRequest
from provisioning.models.sso import Protocol
from provisioning.queries.identity_providers import find_finished_request, find_provider
from provisioning.services.sso_logout import end_provider_sessions
from provisioning.services.sso_requests import hash_text, take_request
from provisioning.sso import completion
from provisioning.sso.browser import get_browser
from provisioning.sso.oidc.callback import complete
from provisioning.sso.oidc.logout_token import check_logout_token
from provisioning.sso.profile import SsoError


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
        _require_enabled(sso_request)
        profile = complete(sso_request, request.GET.dict())
        return completion.finish(request, sso_request, profile)
    except SsoError as error:
        if sso_request is None and (url := _finished_url(request, identity_provider, state, browser)):
            return redirect(url)
        return completion.fail(request, identity_provider, error, sso_request)


def _require_enabled(sso_request: SsoRequest) -> None:
    """Raise SsoError if single sign-on was turned off since the user was sent to the provider. Tests don't need it."""
    if sso_request.purpose != SsoPurpose.TEST and not sso_request.identity_provider.is_enabled:
        raise SsoError(_("Single sign-on is turned off now. Sign in another way."), code="disabled")


def _finished_url(request: HttpRequest, identity_provider: IdentityProvider, state: str, browser: str) -> str:
    """Return where this browser's finished sign-in has led, or "" if it isn't signed in by this provider."""
    if not request.user.is_authenticated or not browser:
        return ""
    if str(identity_provider.organization_id) not in SignIns.of(request.session).sso:
        return ""
    row = find_finished_request(identity_provider, hash_text(state), hash_text(browser))
    return row.next_url if row else ""


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
