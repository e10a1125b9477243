"""The documentation, which everyone may read."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from api.openapi import served_document, to_text


@require_safe
def openapi_json(request: HttpRequest) -> HttpResponse:
    """Return the OpenAPI document."""
    return HttpResponse(to_text(served_document()), content_type="application/json")
