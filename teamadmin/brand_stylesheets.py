"""The stylesheets of brand colors. They need no session and no database, and caches may keep them forever.

Inline styles would not pass the Content-Security-Policy. Only colors of six hexadecimal digits get into the CSS.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from base.brands import PLATFORM, stylesheet, stylesheet_digest
from base.colors import HEX

YEAR = 365 * 86400


@require_safe
@cache_control(public=True, max_age=YEAR, immutable=True)
def brand_stylesheet(request: HttpRequest, kind: str, color: str, digest: str) -> HttpResponse:
    """Serve the stylesheet of a color. Other kinds, colors and digests get 404."""
    value = "" if color == PLATFORM else f"#{color}"
    is_known = kind == "preview" if not value else kind in ("app", "preview") and bool(HEX.fullmatch(value))
    if not is_known or not constant_time_compare(digest, stylesheet_digest(kind, value)):
        raise Http404
    return HttpResponse(stylesheet(kind, value), content_type="text/css; charset=utf-8")
