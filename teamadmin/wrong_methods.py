"""Addresses that only receive forms, opened in a browser: by Reload, a bookmark or a link."""

from django.http import HttpRequest, HttpResponseNotAllowed

from teamadmin import errors

# Programs call these, and their responses have a form of their own.
FOR_PROGRAMS = ("/api/", "/scim/", "/emails/")


class WrongMethodMiddleware:
    """Where a browser opens an address that doesn't allow GET, show a page instead of an empty response.

    The response stays the view's: its status, its Allow header, and its line in the log.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and _opened_in_browser(request):
            page = errors.method_not_allowed(request)
            response.content, response["Content-Type"] = page.content, page["Content-Type"]
        return response


def _opened_in_browser(request: HttpRequest) -> bool:
    """Return whether a browser opens a page. Browsers name HTML only then: scripts and programs accept anything."""
    is_page = request.method in ("GET", "HEAD") and "text/html" in request.headers.get("Accept", "")
    return is_page and not getattr(request, "htmx", False) and not request.path.startswith(FOR_PROGRAMS)
