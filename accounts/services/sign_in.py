"""The only way to a signed-in session. Every method of signing in ends in sign_in(), which asks all policies."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.models import User

# Key in the session: the second factor that was used in it, "" or absent if none was.
SECOND_FACTOR = "second_factor"
# Key in the session: see SignIns.
SIGN_INS = "sign_ins"
# The method of sign-ins through an organization's identity provider.
SSO = "sso"
# Key in the session: when the user last proved who they are, in seconds since 1970 (S-7).
CONFIRMED_AT = "confirmed_at"
# Key in the session: the same by organization, where its identity provider confirmed it.
SSO_CONFIRMED_AT = "sso_confirmed_at"
# The value for a browser that is remembered: enough to sign in, but not to change second factors.
REMEMBERED = "remembered"


@dataclass(frozen=True)
class SsoSignIn:
    """A sign-in by an organization's identity provider: its session there (`sid`), and whether it checked a second
    factor. It opens that organization only (O-3)."""

    organization_id: str
    sid: str = ""
    mfa: bool = False


@dataclass(frozen=True)
class SignIns:
    """How a session was signed in: with the user's `own` password or passkey, and by organizations' providers.

    `sso` maps organization ids to the sign-ins by their provider.
    """

    own: bool = True
    sso: Mapping[str, SsoSignIn] = field(default_factory=dict)

    @classmethod
    def of(cls, session: SessionBase) -> Self:
        """Read them from a session. One from before single sign-on existed was the user's own."""
        data: dict[str, Any] = session.get(SIGN_INS, {"own": True, "sso": {}})
        return cls(data["own"], {each: SsoSignIn(each, **values) for each, values in data["sso"].items()})

    def save(self, session: SessionBase) -> None:
        """Write them into a session."""
        sso = {each.organization_id: {"sid": each.sid, "mfa": each.mfa} for each in self.sso.values()}
        session[SIGN_INS] = {"own": self.own, "sso": sso}

    def plus(self, sso: SsoSignIn | None) -> "SignIns":
        """Return them with one more: by a provider, or the user's own if `sso` is None."""
        if sso is None:
            return SignIns(True, self.sso)
        return SignIns(self.own, {**self.sso, sso.organization_id: sso})


NOT_SIGNED_IN = SignIns(own=False)


def sign_in(
    request: HttpRequest, user: User, *, method: str, next_url: str = "", sso: SsoSignIn | None = None
) -> HttpResponse:
    """Sign in a user whose `method` ("password", "passkey", "sso") was checked. Return a redirect to a stage or
    `next_url`.

    The adapter's pre_login() asks settings.SIGN_IN_RULE, and SecondFactorStage asks for a second factor, unless the
    method is a passkey, which is one as well, or single sign-on: then `sso` is what the provider answered, and the
    session opens that organization only. In a session that the same user has already, the sign-ins add up.
    """
    request.sso_sign_in = sso  # type: ignore[attr-defined] # the adapter's login() saves it
    record_authentication(request, user, method=method, email=user.email)
    request.session.set_expiry(0)  # it ends with the browser, as after the sign-in form
    return perform_login(request, Login(user=user, email=user.email, redirect_url=next_url or None))


def confirm_identity(session: SessionBase, *, organization_id: str = "") -> None:
    """Save that the user has just proved who they are, by signing in or for a sensitive action (S-7).

    With `organization_id`, its identity provider says so: that counts for actions in this organization only.
    """
    now = timezone.now().timestamp()
    if organization_id:
        session[SSO_CONFIRMED_AT] = {**session.get(SSO_CONFIRMED_AT, {}), organization_id: now}
    else:
        session[CONFIRMED_AT] = now


def has_used_factor(session: SessionBase) -> bool:
    """Return whether a second factor was used in this session itself, not only in this browser before."""
    return session.get(SECOND_FACTOR, "") not in ("", REMEMBERED)


def set_second_factor(session: SessionBase, factor: str) -> None:
    """Save which second factor was used in this session: "app", "passkey", "backup_code" or "remembered"."""
    session[SECOND_FACTOR] = factor
