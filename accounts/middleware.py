"""The activity of sessions, and the cookie of known browsers."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.models import Session
from accounts.services import set_browser_cookie
from base import context


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
