"""The cookie that binds a request to an identity provider to one browser."""

import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# Bytes of randomness in the cookie.
LENGTH = 24


def get_browser(request: HttpRequest) -> str:
    """Return the browser's random value, or "" if it has none."""
    return request.COOKIES.get(settings.SSO_COOKIE_NAME, "")[:100]


def make_browser(request: HttpRequest) -> str:
    """Return the browser's random value, a new one if it has none."""
    return get_browser(request) or secrets.token_urlsafe(LENGTH)


def set_browser(response: HttpResponse, browser: str) -> None:
    """Set the cookie. It lasts as long as a request may."""
    response.set_cookie(
        settings.SSO_COOKIE_NAME,
        browser,
        max_age=settings.SSO_REQUEST_MINUTES * 60,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
