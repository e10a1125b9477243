"""The only way to a signed-in session. Every method of signing in ends in sign_in(), which asks all policies."""

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.models import User

# Key in the session: the second factor that was used in it, "" or absent if none was.
SECOND_FACTOR = "second_factor"
# Key in the session: when the user last proved who they are, in seconds since 1970 (S-7).
CONFIRMED_AT = "confirmed_at"
# The value for a browser that is remembered: enough to sign in, but not to change second factors.
REMEMBERED = "remembered"


def sign_in(request: HttpRequest, user: User, *, method: str, next_url: str = "") -> HttpResponse:
    """Sign in a user whose `method` ("password", "passkey") was checked. Return a redirect to a stage or `next_url`.

    The adapter's pre_login() asks settings.SIGN_IN_RULE, and SecondFactorStage asks for a second factor, unless the
    method is a passkey, which is one as well.
    """
    record_authentication(request, user, method=method, email=user.email)
    request.session.set_expiry(0)  # it ends with the browser, as after the sign-in form
    return perform_login(request, Login(user=user, email=user.email, redirect_url=next_url or None))


def confirm_identity(session: SessionBase) -> None:
    """Save that the user has just proved who they are, by signing in or for a sensitive action (S-7)."""
    session[CONFIRMED_AT] = timezone.now().timestamp()


def has_used_factor(session: SessionBase) -> bool:
    """Return whether a second factor was used in this session itself, not only in this browser before."""
    return session.get(SECOND_FACTOR, "") not in ("", REMEMBERED)


def set_second_factor(session: SessionBase, factor: str) -> None:
    """Save which second factor was used in this session: "app", "passkey", "backup_code" or "remembered"."""
    session[SECOND_FACTOR] = factor
