"""The activity of sessions, the cookie of known browsers, the user's time zone, and asking for a fresh sign-in."""

from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.fresh import FreshSignInRequired
from accounts.models import Session
from accounts.services import set_browser_cookie
from accounts.services.suspension import suspend_request
from base import context
from base.responses import htmx_redirect, page_url
from base.zones import COOKIE, zone_named


class SessionActivityMiddleware:
    """Save when and from which address a session was last used, at most every SESSION_ACTIVITY_MINUTES (S-4).

    Runs after the view: until then, `request.session.row.last_seen_at` is the time of the request before. Policies
    about idle sessions need it.
    """

    def __init__(self, get_response):
        self.get_response = get_response
        self.interval = timedelta(minutes=settings.SESSION_ACTIVITY_MINUTES)

    def __call__(self, request):
        response = self.get_response(request)
        if request.session.accessed:
            self._touch(request.session.row)
        set_browser_cookie(request, response)
        return response

    def _touch(self, row: Session | None) -> None:
        now = timezone.now()
        if row is None or row.user_id is None or row.last_seen_at is None or now - row.last_seen_at < self.interval:
            return
        import_string(settings.SESSION_IDLE_RULE)(session=row, now=now)
        Session.objects.filter(pk=row.pk).update(last_seen_at=now, ip=context.current().ip)


# Requests without pages of times: the API and SCIM have all times in UTC, and the others are files.
WITHOUT_TIMES = ("/api/", "/scim/", "/media/", "/brand/")


class TimeZoneMiddleware:
    """Show times in the user's time zone: the one they chose, else the one that their browser names, else UTC.

    Without a session, it doesn't load one.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path.startswith(WITHOUT_TIMES):
            return self.get_response(request)
        user = request.user if settings.SESSION_COOKIE_NAME in request.COOKIES else None
        zone = zone_named(getattr(user, "time_zone", "")) or zone_named(request.COOKIES.get(COOKIE, ""))
        with timezone.override(zone):  # None: UTC
            return self.get_response(request)


class FreshSignInMiddleware:
    """Where a view raises FreshSignInRequired, keep the request and redirect to the page that asks (S-7)."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, FreshSignInRequired):
            return None
        back_url = page_url(request, settings.LOGIN_REDIRECT_URL)
        query = {REDIRECT_FIELD_NAME: back_url}
        if request.method not in ("GET", "HEAD") and (token := suspend_request(request, back_url=back_url)):
            query["request"] = token
        return htmx_redirect(request, f"{reverse('account_reauthenticate')}?{urlencode(query)}")
