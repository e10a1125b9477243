"""What users do to their own sessions and remembered devices (S-4)."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.devices import describe_device
from accounts.models import KnownBrowser, Session, User
from accounts.services.browsers import forget_browsers
from accounts.services.events import record_event
from accounts.services.sessions import end_other_sessions


@transaction.atomic
def log_out_session(*, user: User, session_key: str) -> str:
    """End one of the user's sessions, by its stored key, and return its device. Raise Session.DoesNotExist."""
    session = Session.objects.select_for_update().get(user=user, pk=session_key)
    device = describe_device(session.user_agent)
    session.delete()
    record_event(user=user, action="session.ended", data={"device": device})
    return device


@transaction.atomic
def log_out_other_sessions(*, user: User, session_key: str) -> int:
    """End all sessions of the user except this one. Return how many there were."""
    ended = end_other_sessions(user=user, session_key=session_key)
    if ended:
        record_event(user=user, action="sessions.ended_by_user", data={"count": ended})
    return ended


@transaction.atomic
def forget_browser(*, user: User, browser_id: UUID) -> str:
    """Ask for a second factor in this browser again, and return its device. Raise KnownBrowser.DoesNotExist."""
    remembered = KnownBrowser.objects.select_for_update().filter(remembered_until__gt=timezone.now())
    browser = remembered.get(user=user, pk=browser_id)
    browser.remembered_until = None
    browser.save(update_fields=["remembered_until"])
    device = describe_device(browser.user_agent)
    record_event(user=user, action="browsers.forgotten", data={"device": device})
    return device


@transaction.atomic
def forget_all_browsers(*, user: User) -> int:
    """Ask for a second factor in every browser again. Return how many were remembered."""
    forgotten = forget_browsers(user=user)
    if forgotten:
        record_event(user=user, action="browsers.forgotten", data={"count": forgotten})
    return forgotten
