"""Single logout of SAML identity providers (best effort)."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from provisioning.queries.identity_providers import find_saml_provider


@csrf_exempt
@require_http_methods(["GET", "POST"])
def slo(request: HttpRequest, slug: str) -> HttpResponse:
    """End the sessions that the identity provider names."""
    find_saml_provider(slug)
    return HttpResponse(status=501)
