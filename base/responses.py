"""Responses to htmx and to a browser without it, from the same URL."""

from math import ceil
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from base.policies import RateLimited


def is_htmx_fragment(request: Any) -> bool:
    """Whether htmx asks for a fragment. When the user goes back in the history, htmx asks for the full page."""
    htmx: HtmxDetails = request.htmx
    return bool(htmx and not htmx.history_restore_request)


def render_page_or_fragment(
    request: HttpRequest, *, page: str, fragment: str, context: dict[str, Any], url: str = ""
) -> HttpResponse:
    """Render the template `page`, or for htmx the template `fragment`, with `context`.

    A fragment also gets `is_fragment=True`, and htmx puts `url` into the address bar if the browser shows another one.
    """
    is_fragment = is_htmx_fragment(request)
    template = fragment if is_fragment else page
    response = render(request, template, context | {"is_fragment": True} if is_fragment else context)
    if is_fragment and url and not _is_current_url(request, url):
        response["HX-Push-Url"] = url
    patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
    return response


def _is_current_url(request: Any, url: str) -> bool:
    try:
        return request.htmx.current_url_abs_path == url
    except ValueError:  # HX-Current-URL is not a URL
        return False


def page_url(request: Any, default: str) -> str:
    """Return the path of the page that the user sees: this one, or for forms and fragments the one they were sent from.

    Return `default` if the browser doesn't tell, or names another site.
    """
    if request.method in ("GET", "HEAD") and not request.htmx:
        return request.get_full_path()
    return referring_page(request) or default


def referring_page(request: Any) -> str:
    """Return the path of the page that the request was sent from, "" if that is unknown or of another site."""
    htmx = getattr(request, "htmx", None)
    sent_from = htmx.current_url if htmx else request.META.get("HTTP_REFERER", "")
    if not url_has_allowed_host_and_scheme(sent_from, {request.get_host()}, request.is_secure()):
        return ""
    parts = urlsplit(sent_from)
    path = "/" + parts.path.lstrip("/\\")  # "//host/" and "/\host/" would be another site
    return parts._replace(scheme="", netloc="", path=path, fragment="").geturl() if parts.netloc else ""


def htmx_redirect(request: Any, url: str) -> HttpResponse:
    """Redirect to `url` as a full page, for htmx as for other requests."""
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)


def limit_reached(response: HttpResponse, limit: RateLimited) -> HttpResponse:
    """Return the response as 429, with Retry-After in seconds (RFC 6585, 4)."""
    response.status_code = 429
    if limit.retry_at:
        response["Retry-After"] = str(max(1, ceil((limit.retry_at - timezone.now()).total_seconds())))
    return response
