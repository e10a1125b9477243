"""Single logout of SAML identity providers (best effort)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from organizations.brands import show_brand
from provisioning.models import IdentityProvider
from provisioning.models.sso import Protocol
from provisioning.queries.identity_providers import find_provider_with
from provisioning.services.sso_logout import end_provider_sessions
from provisioning.sso.profile import SsoError
from provisioning.sso.saml import logout
from provisioning.sso.saml.post_binding import posted_document, show_form, signed_message
from provisioning.sso.saml.redirect_binding import signed_url
from provisioning.sso.saml.requests import POST

# The standard allows 80 bytes, and providers send more.
MAX_RELAY_STATE = 500


@csrf_exempt  # the provider sends it; the signature proves that
@never_cache
@require_http_methods(["GET", "POST"])
def slo(request: HttpRequest, slug: str) -> HttpResponse:
    """End the sessions that a signed request of the identity provider names, and send the browser back there."""
    identity_provider = find_provider_with(slug, Protocol.SAML)
    sent = request.POST if request.method == "POST" else request.GET
    if "SAMLRequest" not in sent:
        return redirect("sso_signed_out", slug)
    try:
        named = _read(request, identity_provider)
        for index in named.session_indexes or ("",):
            end_provider_sessions(identity_provider=identity_provider, subject=named.subject, sid=index)
        return _answer(request, identity_provider, named.request_id, sent.get("RelayState", ""))
    except SsoError as error:
        show_brand(request, identity_provider.organization)
        context = {"error": error, "organization": identity_provider.organization}
        return render(request, "provisioning/sso_sign_out_failed.html", context, status=400)


def _read(request: HttpRequest, identity_provider: IdentityProvider) -> logout.LogoutRequest:
    if request.method == "POST":
        document = posted_document(request, "SAMLRequest")
        return logout.read_form(identity_provider, document)
    return logout.read_redirect(identity_provider, request.META.get("QUERY_STRING", ""))


def _answer(
    request: HttpRequest, identity_provider: IdentityProvider, request_id: str, relay_state: str
) -> HttpResponse:
    """Send our signed answer, so that the provider can go on with its other services."""
    url = logout.answer_url(identity_provider)
    if not url:
        return redirect("sso_signed_out", identity_provider.organization.slug)
    message, relay_state = logout.answer(identity_provider, request_id), relay_state[:MAX_RELAY_STATE]
    if identity_provider.metadata.get("slo_binding") == POST:
        fields = {"SAMLResponse": signed_message(identity_provider, message), "RelayState": relay_state}
        return show_form(request, identity_provider, url, {name: value for name, value in fields.items() if value})
    return redirect(signed_url(url, "SAMLResponse", message, identity_provider, relay_state))
