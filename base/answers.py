"""Answers that htmx and a browser without it get from one address."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails


def wants_part(request: Any) -> bool:
    """Whether htmx asks for the part that changes. Going back it wants the whole page."""
    htmx: HtmxDetails = request.htmx
    return bool(htmx and not htmx.history_restore_request)


def answer(request: Any, *, whole: str, part: str, context: dict[str, Any], address: str = "") -> HttpResponse:
    """The page `whole`, or for htmx the template `part`, which puts `address` into the address bar unless it stands
    there."""
    wanted = wants_part(request)
    response = render(request, part if wanted else whole, context | ({"part": True} if wanted else {}))
    if wanted and address and request.htmx.current_url_abs_path != address:
        response["HX-Push-Url"] = address
    patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
    return response


def lead_to(request: Any, url: str) -> HttpResponse:
    """To another page as a whole, for htmx as for others."""
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)
