"""Signed tokens of a provider: ID tokens and logout tokens. Nothing in them is used before the signature is checked."""

import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from joserfc import jws
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwk import Key

from provisioning.models import IdentityProvider
from provisioning.sso.oidc.checks import Checks, as_text
from provisioning.sso.oidc.keys import cached_keys, fresh_keys, matching_keys

# "none" and the symmetric HS256 to HS512 are left out on purpose: anyone could make such tokens, or anyone who knows
# the client secret.
ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519", "Ed448"}
)
MAX_LENGTH = 100_000
# How far the provider's clock may be from ours.
LEEWAY_SECONDS = 60


class _Registry(jws.JWSRegistry):
    """Our algorithms only, without joserfc's warning about EdDSA, and with room for certificates in the header."""

    max_header_length = 20_000

    def get_alg(self, name: str) -> Any:
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError(name)
        return self.algorithms[name]


REGISTRY = _Registry(algorithms=sorted(ALGORITHMS), strict_check_header=False)


@dataclass(frozen=True)
class Token:
    """A token whose signature was checked."""

    header: dict[str, Any]
    claims: dict[str, Any]


def verify(identity_provider: IdentityProvider, text: str, checks: Checks) -> Token:
    """Return the token. Raise SsoError unless one of the provider's keys signed it, and OutgoingError."""
    name, label = _("Signature"), identity_provider.label
    header = _read_header(text)
    algorithm, kid = header.get("alg"), header.get("kid")
    reason = _("%(label)s signs its responses in an unsafe way (%(found)s). Ask an Admin to choose RS256 there.")
    found = as_text(algorithm, 30)
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        checks.require(False, name, found, reason % {"label": label, "found": found}, code="algorithm")
    token = _find_signer(identity_provider, text, header)
    found = f"{found}, {_('key')} {kid}" if kid else found
    reason = _("The response isn’t signed by %(label)s. Try again.") % {"label": label}
    checks.require(token is not None, name, found, reason, code="signature")
    assert token is not None
    return token


def _read_header(text: str) -> dict[str, Any]:
    """Return the header, which proves nothing yet. Empty if there is none."""
    try:
        part = text[:MAX_LENGTH].split(".")[0]
        header = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        return {}
    return header if isinstance(header, dict) else {}


def _find_signer(identity_provider: IdentityProvider, text: str, header: dict[str, Any]) -> Token | None:
    if len(text) > MAX_LENGTH or not text.isascii():
        return None
    for load in (cached_keys, fresh_keys):
        for key in matching_keys(load(identity_provider), header):
            if (claims := _claims(text, key)) is not None:
                return Token(header, claims)
    return None


def _claims(text: str, key: Key) -> dict[str, Any] | None:
    """Return the claims if this key signed them, otherwise None."""
    try:
        payload = jws.deserialize_compact(text, key, registry=REGISTRY).payload
        claims = json.loads(payload)
    except (JoseError, ValueError, TypeError, RecursionError):
        return None
    return claims if isinstance(claims, dict) else None


def check_party(identity_provider: IdentityProvider, issuer: str, claims: dict[str, Any], checks: Checks) -> None:
    """Raise SsoError unless the token is from this issuer, for our client and no other."""
    label = {"label": identity_provider.label}
    reason = _("The response comes from a different issuer, not from %(label)s.") % label
    checks.require(claims.get("iss") == issuer, _("Issuer"), claims.get("iss"), reason, code="issuer")
    given = claims.get("aud")
    audience = given if isinstance(given, list) else [given]
    ours, authorized = identity_provider.client_id, claims.get("azp")
    right = bool(ours) and ours in audience and (len(audience) == 1 or authorized is not None)
    right = right and authorized in (None, ours)
    reason = _("The response from %(label)s is for another application. Ask an Admin to check the client ID.") % label
    checks.require(right, _("Audience"), ", ".join(map(str, audience)), reason, code="audience")


def time_of(claims: dict[str, Any], name: str) -> float | None:
    """Return the time in seconds since 1970, or None if it's missing or no finite number."""
    value = claims.get(name)
    valid = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e11
    return float(value) if valid else None  # type: ignore[arg-type]


def check_times(
    claims: dict[str, Any], checks: Checks, *, max_age: int, needs_expiry: bool = True, reason: str = ""
) -> None:
    """Raise SsoError unless the token was issued within the last `max_age` seconds and has not expired."""
    now, issued, expires = timezone.now().timestamp(), time_of(claims, "iat"), time_of(claims, "exp")
    good = issued is not None and now - max_age - LEEWAY_SECONDS <= issued <= now + LEEWAY_SECONDS
    if needs_expiry or "exp" in claims:
        good = good and expires is not None and now < expires + LEEWAY_SECONDS
    if "nbf" in claims:
        start = time_of(claims, "nbf")
        good = good and start is not None and start <= now + LEEWAY_SECONDS
    reason = reason or _("The response has expired, or the clocks differ. Try again.")
    found = f"iat {claims.get('iat')}, exp {claims.get('exp')}"
    checks.require(good, _("Times"), found, reason, code="times")
