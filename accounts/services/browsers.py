"""Known browsers: recognized by a cookie that a browser keeps after its first sign-in (S-2, S-8)."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.models import KnownBrowser, User
from base.hashing import hash_token

# The attribute of a request with the token of a new cookie. The middleware sets the cookie.
PENDING = "new_browser_cookie"


def _token(request: HttpRequest) -> str:
    return getattr(request, PENDING, "") or request.COOKIES.get(settings.BROWSER_COOKIE_NAME, "")


def find_browser(request: HttpRequest, user: User) -> KnownBrowser | None:
    """Return this browser if the user has signed in with it before. One query, none without a cookie."""
    token = _token(request)
    return KnownBrowser.objects.filter(user=user, token_hash=hash_token(token)).first() if token else None


def recognize_browser(request: HttpRequest, user: User) -> tuple[KnownBrowser, bool]:
    """Save that the user signed in with this browser. Return it, and whether it is new to them.

    Several users of one browser share its cookie, with a row each.
    """
    if browser := find_browser(request, user):
        browser.last_seen_at = timezone.now()
        browser.save(update_fields=["last_seen_at"])
        return browser, False
    token = _token(request) or secrets.token_urlsafe(32)
    setattr(request, PENDING, token)
    agent = request.META.get("HTTP_USER_AGENT", "")[:300]
    return KnownBrowser.objects.get_or_create(user=user, token_hash=hash_token(token), defaults={"user_agent": agent})


def set_browser_cookie(request: HttpRequest, response: HttpResponse) -> None:
    """Set the cookie of a browser that recognize_browser() has just met."""
    if token := getattr(request, PENDING, ""):
        response.set_cookie(
            settings.BROWSER_COOKIE_NAME,
            token,
            max_age=settings.BROWSER_COOKIE_AGE,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def remember_browser(*, browser: KnownBrowser) -> None:
    """Don't ask for a second factor in this browser for settings.REMEMBER_BROWSER_DAYS (S-2)."""
    browser.remembered_until = timezone.now() + timedelta(days=settings.REMEMBER_BROWSER_DAYS)
    browser.save(update_fields=["remembered_until"])


def is_remembered(request: HttpRequest, user: User) -> bool:
    """Return whether the user asked to remember this browser, less than REMEMBER_BROWSER_DAYS ago."""
    browser = find_browser(request, user)
    return bool(browser and browser.remembered_until and browser.remembered_until > timezone.now())


def forget_browsers(*, user: User) -> int:
    """Ask for a second factor in every browser again. Return how many were remembered.

    Call it after a change or reset of the password, and when an Admin resets the second factor.
    """
    return KnownBrowser.objects.filter(user=user).exclude(remembered_until=None).update(remembered_until=None)
