"""The public documentation."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from api.docs import first_call, problems, sections
from api.openapi import served_document, to_text


@require_safe
def openapi_json(request: HttpRequest) -> HttpResponse:
    """Return the OpenAPI document."""
    return HttpResponse(to_text(served_document()), content_type="application/json")


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Return the documentation page."""
    context = {"sections": sections(), "problems": problems(), "first_call": first_call()}
    return render(request, "api/docs.html", context)
