"""The SAML service provider: answers of identity providers, our metadata, and single logout."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST, require_safe

from provisioning.models import IdentityProvider, SsoRequest
from provisioning.models.sso import Protocol
from provisioning.queries.identity_providers import find_provider_with
from provisioning.services.saml_answers import store_answer, take_answer
from provisioning.services.sso_requests import get_request
from provisioning.sso.completion import fail
from provisioning.sso.profile import SsoError
from provisioning.sso.returning import finish_request
from provisioning.sso.saml import requests, validation
from provisioning.sso.saml.own_metadata import own_metadata
from provisioning.sso.saml.post_binding import posted_document, show_form


@csrf_exempt
@never_cache
@require_POST
def acs(request: HttpRequest, slug: str) -> HttpResponse:
    """Take an answer from the identity provider. Its signature protects it, so it needs no token of ours.

    The browser sends no cookie with a form of another site. So a checked answer waits in the database, and the browser
    fetches it with its cookie. RelayState isn't read: where to go next is in our own row.
    """
    identity_provider = find_provider_with(slug, Protocol.SAML)
    document = b""
    try:
        document = posted_document(request, "SAMLResponse")
        answer = validation.read_answer(identity_provider, document)
        store_answer(identity_provider=identity_provider, answer=answer)
    except SsoError as error:
        return fail(request, identity_provider, error, _claimed_request(identity_provider, document))
    url = reverse("sso_complete", args=[slug]) + "?" + urlencode({"state": answer.request_id})
    return HttpResponseRedirect(url, status=303)


@never_cache
@require_GET
def complete(request: HttpRequest, slug: str) -> HttpResponse:
    """Finish what the browser started, with the answer that waits for it. A second click leads to the same page."""
    identity_provider = find_provider_with(slug, Protocol.SAML)
    return finish_request(request, identity_provider, lambda started: take_answer(sso_request=started))


@require_safe
def metadata(request: HttpRequest, slug: str) -> HttpResponse:
    """Give out our metadata, which identity providers read from here or from a file."""
    identity_provider = find_provider_with(slug, Protocol.SAML)
    try:
        xml = own_metadata(identity_provider)
    except SsoError as error:
        return fail(request, identity_provider, error)
    return HttpResponse(xml, content_type="application/samlmetadata+xml; charset=utf-8")


@never_cache
@require_GET
def request_form(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a form that sends the request to an identity provider that takes only forms (HTTP-POST)."""
    identity_provider = find_provider_with(slug, Protocol.SAML)
    state = request.GET.get("state", "")
    try:
        get_request(identity_provider=identity_provider, state=state)
        message = requests.posted_request(identity_provider, state, force="force" in request.GET)
    except SsoError as error:
        return fail(request, identity_provider, error)
    return show_form(request, identity_provider, identity_provider.sso_url, {"SAMLRequest": message})


def _claimed_request(identity_provider: IdentityProvider, document: bytes) -> SsoRequest | None:
    """Return the open request that a refused answer names, so that its error is shown where it was started."""
    try:
        state = validation.unverified_request_id(document)
        return get_request(identity_provider=identity_provider, state=state)
    except SsoError:
        return None
