"""ID tokens (OpenID Connect Core, 3.1.3.7)."""

import hashlib
from base64 import urlsafe_b64encode
from typing import Any

from django.conf import settings
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from provisioning.models import IdentityProvider, SsoPurpose, SsoRequest
from provisioning.sso.oidc.checks import Checks
from provisioning.sso.oidc.tokens import LEEWAY_SECONDS, Token, check_party, check_times, time_of, verify

MAX_SUBJECT = 255


def check_id_token(
    identity_provider: IdentityProvider,
    sso_request: SsoRequest,
    tokens: dict[str, Any],
    issuer: str,
    checks: Checks,
) -> dict[str, Any]:
    """Return the claims of the ID token in the token response. Raise SsoError or OutgoingError."""
    token = verify(identity_provider, tokens["id_token"], checks)
    claims = token.claims
    check_party(identity_provider, issuer, claims, checks)
    nonce = claims.get("nonce")
    same = isinstance(nonce, str) and constant_time_compare(nonce, sso_request.nonce)
    reason = _("The response belongs to another sign-in. Try again.")
    found = _("as sent") if same else _("different")
    checks.require(same, _("Nonce and state"), found, reason, code="nonce")
    check_times(claims, checks, max_age=settings.SSO_REQUEST_MINUTES * 60)
    _check_subject(identity_provider, claims, checks)
    _check_access_token(token, tokens.get("access_token"), checks)
    if sso_request.purpose == SsoPurpose.CONFIRM:
        _check_fresh(identity_provider, sso_request, claims, checks)
    return claims


def _check_subject(identity_provider: IdentityProvider, claims: dict[str, Any], checks: Checks) -> None:
    subject = claims.get("sub")
    valid = isinstance(subject, str) and 0 < len(subject) <= MAX_SUBJECT and subject.isascii() and subject.isprintable()
    reason = _("The response from %(label)s doesn’t say who signed in.") % {"label": identity_provider.label}
    checks.require(valid, _("Subject"), subject, reason, code="subject")


def _check_access_token(token: Token, access_token: object, checks: Checks) -> None:
    """Raise SsoError if the ID token names another access token (at_hash)."""
    expected = token.claims.get("at_hash")
    if expected is None:
        return
    name, algorithm = _("Access token"), token.header["alg"]
    bits = "256" if algorithm.endswith("256") else "384" if algorithm.endswith("384") else "512"
    digest = hashlib.new(f"sha{bits}", str(access_token).encode()).digest()
    half = urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
    same = isinstance(expected, str) and bool(access_token) and constant_time_compare(half, expected)
    # Ed448 uses another hash. No provider is known to use it, so its hash isn't compared.
    same = same or algorithm == "Ed448"
    checks.require(same, name, expected, _("The response belongs to another sign-in. Try again."), code="at_hash")


def _check_fresh(
    identity_provider: IdentityProvider, sso_request: SsoRequest, claims: dict[str, Any], checks: Checks
) -> None:
    """Raise SsoError unless the provider asked the user to sign in after we sent them there."""
    signed_in_at, label = time_of(claims, "auth_time"), {"label": identity_provider.label}
    reason = _("%(label)s doesn’t say when you signed in. Ask an Admin to add auth_time to the ID token there.") % label
    checks.require(signed_in_at is not None, _("Fresh sign-in"), "–", reason, code="auth_time")
    assert signed_in_at is not None
    fresh = signed_in_at >= sso_request.created_at.timestamp() - LEEWAY_SECONDS
    reason = _("%(label)s didn’t ask you to sign in again. Sign out there and try again.") % label
    checks.require(fresh, _("Fresh sign-in"), claims.get("auth_time"), reason, code="not_fresh")
