"""The public documentation."""

from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from api.docs import first_call, problems, sections
from api.openapi import served_document, to_text


@require_safe
def openapi_json(request: HttpRequest) -> HttpResponse:
    """Return the OpenAPI document."""
    return HttpResponse(_document_text(settings.BASE_URL), content_type="application/json")


@cache
def _document_text(base_url: str) -> str:
    """Return the document as JSON. Cached, because it's public and slow to create."""
    return to_text(served_document())


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Return the documentation page."""
    context = {"sections": sections(), "problems": problems(), "first_call": first_call()}
    return render(request, "api/docs.html", context)
