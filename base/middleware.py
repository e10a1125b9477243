"""Request id and client address; sign-in redirects that htmx can follow."""

import secrets
from ipaddress import ip_address

from django.conf import settings
from django.utils.cache import add_never_cache_headers, patch_vary_headers

from base import context


def client_ip(meta: dict) -> str | None:
    """The client's address: X-Forwarded-For is read from the right, TRUSTED_PROXIES hops deep, else REMOTE_ADDR; None
    for what is no address."""
    hops = settings.TRUSTED_PROXIES
    forwarded = [part.strip() for part in meta.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if hops and len(forwarded) >= hops:
        return _address(forwarded[-hops])
    return _address(meta.get("REMOTE_ADDR", ""))


def _address(text: str) -> str | None:
    """The address in "192.0.2.1", "192.0.2.1:51234" or "[2001:db8::1]:443": some gateways append the port. Without a
    zone, which the audit log's column does not take."""
    for part in (text, text.rpartition(":")[0]):
        try:
            return str(ip_address(part.strip("[]").partition("%")[0]))
        except ValueError:
            continue
    return None


class RequestContextMiddleware:
    """Gives each request an id (never taken from outside) and answers it in X-Request-ID."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.id = secrets.token_hex(8)
        token = context.set_current(context.RequestContext(request.id, client_ip(request.META)))
        try:
            response = self.get_response(request)
        finally:
            context.reset(token)
        response["X-Request-ID"] = request.id
        return response


class PrivateMiddleware:
    """What is made for one person is kept by no cache, neither a proxy's nor the browser's, where the next person at
    the machine would find it (ASVS 14.3.2). Answers that say themselves how they are kept stay as they are."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response


class HtmxRedirectMiddleware:
    """Turns a redirect to the sign-in page into HX-Redirect, so that htmx leaves the page instead of
    swapping a sign-in form into a table; says that answers differ by HX-Request."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        patch_vary_headers(response, ["HX-Request"])
        if request.htmx and response.status_code == 302 and request.user.is_anonymous:
            response["HX-Redirect"] = response["Location"]
            response.status_code = 200  # htmx follows HX-Redirect on any answer that it may swap
            del response["Location"]
        return response
