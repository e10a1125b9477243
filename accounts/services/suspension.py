"""Requests that wait until the user has confirmed who they are (S-7). They are kept in the session."""

import re
import secrets
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from accounts.kept_fields import CSRF_TOKEN
from accounts.models import Session
from accounts.sessions import hash_key

SUSPENDED = "suspended_requests"
# Two tabs can wait at the same time. The session is loaded with every request, so it must not grow further.
KEPT = 2
# In characters: a form with 100 people and a long reason has a third of it.
SIZE_LIMIT = 200_000
# Names of fields with a password or secret: "password", "password1", "client_secret", but not "password_history".
IS_PASSWORD = re.compile(r"password\d?$|secret$")


def suspend_request(request: HttpRequest, *, back_url: str) -> str:
    """Keep what was posted, and return a token for it, or "" if it is too large or contains files.

    Passwords and secrets are never kept: a database dump would contain them.
    """
    secret = [name for name, values in request.POST.lists() if IS_PASSWORD.search(name) and any(values)]
    hidden = {*secret, CSRF_TOKEN}
    post = {name: values for name, values in request.POST.lists() if name not in hidden}
    size = sum(len(value) for values in post.values() for value in values)
    if request.FILES or size > SIZE_LIMIT:
        return ""
    token = secrets.token_urlsafe(16)
    request.session[SUSPENDED] = {
        **dict(list(_current(request.session).items())[1 - KEPT :]),
        token: {
            "user": str(request.user.pk),
            "at": timezone.now().timestamp(),
            "path": request.path,
            "query": request.META.get("QUERY_STRING", ""),
            "post": post,
            "back": back_url,
        },
    }
    return token


def _current(session: SessionBase) -> dict[str, dict[str, Any]]:
    earliest = timezone.now().timestamp() - settings.FRESH_SIGN_IN_MINUTES * 60
    return {token: each for token, each in session.get(SUSPENDED, {}).items() if each["at"] > earliest}


def find_suspended(request: HttpRequest, token: str) -> dict[str, Any] | None:
    """Return the request of this user that was kept under the token, None if it is gone or too old."""
    found = _current(request.session).get(token)
    return found if found and found["user"] == str(request.user.pk) else None


@transaction.atomic
def take_suspended(request: HttpRequest, token: str) -> dict[str, Any] | None:
    """Remove the kept request from the session and return it. Of two simultaneous calls, one gets None."""
    session = request.session
    row = Session.objects.select_for_update().filter(pk=hash_key(session.session_key or "")).first()
    waiting = row.get_decoded().get(SUSPENDED, {}) if row else {}
    found = find_suspended(request, token) if token in waiting else None
    session[SUSPENDED] = {key: each for key, each in waiting.items() if key != token}
    session.save()
    return found


def restore_request(request: HttpRequest, kept: dict[str, Any], token: str) -> None:
    """Make `request` the one that was kept. Its cookies, session, user and CSRF token stay those of today.

    accounts.once recognizes the form by `token`, which it was kept under. No browser can send it with that token.
    """
    post = QueryDict(mutable=True)
    post[CSRF_TOKEN] = token
    for name, values in kept["post"].items():
        post.setlist(name, values)
    request.GET, request.POST = QueryDict(kept["query"]), post  # type: ignore[assignment]
    request.was_kept = True  # type: ignore[attr-defined]
    request.method, request.path, request.path_info = "POST", kept["path"], kept["path"]
    request.META = {**request.META, "QUERY_STRING": kept["query"], "PATH_INFO": kept["path"]}
