"""Logout tokens (OpenID Connect Back-Channel Logout 1.0, 2.4 and 2.6)."""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext as _

from provisioning.models import IdentityProvider
from provisioning.sso.oidc.checks import Checks, as_text
from provisioning.sso.oidc.discovery import read_metadata
from provisioning.sso.oidc.tokens import check_party, check_times, verify

EVENT = "http://schemas.openid.net/event/backchannel-logout"
# Providers send a token at once. A `jti` is remembered for as long as its token is accepted.
MAX_AGE_SECONDS = 600
TYPES = (None, "jwt", "logout+jwt", "application/logout+jwt")
MAX_ID = 500


@dataclass(frozen=True)
class NamedSessions:
    """Whose sessions end: those of a subject, or the one that the provider calls `sid`. Blank: not named."""

    subject: str
    sid: str


def check_logout_token(identity_provider: IdentityProvider, text: str) -> NamedSessions:
    """Return which sessions end. Raise SsoError or OutgoingError. A token works once."""
    checks = Checks()
    issuer = read_metadata(identity_provider)["issuer"]
    token = verify(identity_provider, text, checks)
    claims, kind = token.claims, token.header.get("typ")
    is_logout = (kind.lower() if isinstance(kind, str) else kind) in TYPES
    checks.require(is_logout, "typ", kind, _("This isn’t a logout token."), code="type")
    check_party(identity_provider, issuer, claims, checks)
    late = _("The logout token has expired, or the clocks differ.")
    check_times(claims, checks, max_age=MAX_AGE_SECONDS, needs_expiry=False, reason=late)
    _check_event(claims, checks)
    named = NamedSessions(_identifier(claims, "sub"), _identifier(claims, "sid"))
    reason = _("The logout token names no session.")
    checks.require(bool(named.subject or named.sid), "sub, sid", "", reason, code="nobody")
    _use_once(identity_provider, claims, checks)
    return named


def _check_event(claims: dict[str, Any], checks: Checks) -> None:
    """Raise SsoError unless it's about a logout. A nonce would make it an ID token."""
    events = claims.get("events")
    about_logout = isinstance(events, dict) and isinstance(events.get(EVENT), dict)
    checks.require(about_logout, "events", events, _("The token isn’t about a logout."), code="event")
    checks.require("nonce" not in claims, "nonce", "", _("A logout token must not have a nonce."), code="nonce")


def _identifier(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) and as_text(value, MAX_ID) == value else ""


def _use_once(identity_provider: IdentityProvider, claims: dict[str, Any], checks: Checks) -> None:
    identifier = claims.get("jti")
    given = isinstance(identifier, str) and bool(identifier)
    digest = hashlib.sha256(str(identifier).encode("utf-8", "replace")).hexdigest()
    key = f"sso-logout:{identity_provider.pk}:{digest}"
    new = given and cache.add(key, 1, MAX_AGE_SECONDS * 2)
    checks.require(new, "jti", identifier, _("The logout token was already used or has no jti."), code="replay")
