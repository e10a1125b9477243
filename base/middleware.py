"""Request id and client address, cache headers, and redirects to sign in that htmx can follow."""

import secrets

from django.conf import settings
from django.utils.cache import add_never_cache_headers, patch_vary_headers

from base import context
from base.networks import canonical_address


def client_ip(meta: dict) -> str | None:
    """Return the client's IP address from a request's META, or None if there is no valid one.

    With TRUSTED_PROXIES = n, that's the n-th address from the right in X-Forwarded-For. Otherwise, or if the header has
    fewer addresses, it's REMOTE_ADDR.
    """
    hops = settings.TRUSTED_PROXIES
    forwarded = [part.strip() for part in meta.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if hops and len(forwarded) >= hops:
        return _parse_address(forwarded[-hops])
    return _parse_address(meta.get("REMOTE_ADDR", ""))


def _parse_address(text: str) -> str | None:
    """Return the address in "192.0.2.1", "192.0.2.1:51234" or "[2001:db8::1]:443": some gateways append the port.

    The zone is dropped ("fe80::1%eth0"), because the audit log's column doesn't accept it.
    """
    for part in (text, text.rpartition(":")[0]):
        try:
            return canonical_address(part.strip("[]").partition("%")[0])
        except ValueError:
            continue
    return None


# In a request's META: its context, if the WSGI application has set it already, and the id of its user, for the log.
CONTEXT_KEY, USER_KEY = "teamadmin.context", "teamadmin.user"


def new_context(meta: dict) -> context.RequestContext:
    """Return the context of a new request, with an id that is never the client's."""
    return context.RequestContext(secrets.token_hex(8), client_ip(meta), meta.get("HTTP_USER_AGENT", ""))


class RequestContextMiddleware:
    """Set the request's context, and send its id as X-Request-ID."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        current = request.META.get(CONTEXT_KEY) or new_context(request.META)
        request.id = current.request_id
        token = context.set_current(current)
        try:
            response = self.get_response(request)
        finally:
            context.reset(token)
        response["X-Request-ID"] = request.id
        # Where something looked at request.user. To log it is no reason to load it.
        if user := getattr(request, "_cached_user", None):
            request.META[USER_KEY] = str(user.pk or "")
        return response


class NeverCacheMiddleware:
    """Keep responses out of all caches, unless they set Cache-Control themselves (ASVS 14.3.2).

    Pages are made for one person. In a proxy's or the browser's cache, the next person at that computer could see them.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response


class HtmxRedirectMiddleware:
    """Turn a redirect to sign in into HX-Redirect, so that htmx leaves the page.

    Otherwise htmx would follow the redirect and swap the sign-in form into a part of the page. Also adds HX-Request to
    Vary.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        patch_vary_headers(response, ["HX-Request"])
        if request.htmx and response.status_code == 302 and request.user.is_anonymous:
            response["HX-Redirect"] = response["Location"]
            response.status_code = 200  # htmx reads HX-Redirect from any response that it may swap
            del response["Location"]
        return response
