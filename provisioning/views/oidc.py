"""The addresses that OpenID providers use: the callback after a sign-in, and back-channel logout."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from provisioning.queries.identity_providers import find_provider


@require_GET
def sso_callback(request: HttpRequest, slug: str) -> HttpResponse:
    """Finish a sign-in with the provider's answer."""
    find_provider(slug)
    return HttpResponse(status=501)


@csrf_exempt
@require_POST
def sso_logout(request: HttpRequest, slug: str) -> HttpResponse:
    """End the sessions that the provider names in a logout token."""
    find_provider(slug)
    return HttpResponse(status=501)
