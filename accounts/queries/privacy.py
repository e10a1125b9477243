"""What the page Privacy & security shows of a user."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django_otp_webauthn.models import WebAuthnCredential

from accounts.devices import describe_device, is_phone
from accounts.models import AuthenticatorApp, KnownBrowser, User
from accounts.queries.passkeys import list_passkeys
from accounts.queries.sessions import OpenSession, list_open_sessions
from accounts.queries.two_factor import SecondFactors, count_backup_codes, get_authenticator


@dataclass(frozen=True)
class RememberedBrowser:
    """A browser that isn't asked for a second factor until `until`."""

    id: UUID
    device: str
    is_phone: bool
    until: datetime
    is_current: bool


@dataclass(frozen=True)
class Privacy:
    """A user's ways to sign in, sessions and remembered devices. `codes_left` counts unused backup codes."""

    factors: SecondFactors
    app: AuthenticatorApp | None
    codes_left: int
    passkeys: list[WebAuthnCredential]
    sessions: list[OpenSession]
    browsers: list[RememberedBrowser]


def privacy_of(user: User, *, browser: KnownBrowser | None) -> Privacy:
    """Return what the user has, in five queries. `browser` is the one that the request comes from."""
    app, passkeys = get_authenticator(user), list_passkeys(user)
    dates = [each.created_at for each in ([app] if app else []) + passkeys]
    return Privacy(
        factors=SecondFactors(app is not None, len(passkeys), min(dates, default=None)),
        app=app,
        codes_left=count_backup_codes(user),
        passkeys=passkeys,
        sessions=list_open_sessions(user),
        browsers=remembered_browsers(user, current=browser),
    )


def remembered_browsers(user: User, *, current: KnownBrowser | None) -> list[RememberedBrowser]:
    """Return the browsers that are remembered now, the longest first. One query."""
    rows = KnownBrowser.objects.filter(user=user, remembered_until__gt=timezone.now()).order_by("-remembered_until")
    return [
        RememberedBrowser(
            row.pk,
            describe_device(row.user_agent),
            is_phone(row.user_agent),
            row.remembered_until,  # type: ignore[arg-type]
            current is not None and row.pk == current.pk,
        )
        for row in rows[:100]
    ]
