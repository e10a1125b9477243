"""What a provider says about a person: its claims as an SsoProfile."""

import json
from typing import Any

from django.core.exceptions import ValidationError

from base.text import canonical_email, clean_line
from provisioning.models import IdentityProvider, Provider
from provisioning.sso.oidc.checks import Checks, as_text
from provisioning.sso.profile import SsoProfile

# Claims about the token, not about the person.
PROTOCOL = frozenset(
    {
        "iss",
        "aud",
        "azp",
        "exp",
        "iat",
        "nbf",
        "nonce",
        "at_hash",
        "c_hash",
        "s_hash",
        "jti",
        "sid",
        "ver",
        "rat",
        "uti",
    }
)
MAX_ATTRIBUTES, MAX_NAME, MAX_VALUE = 100, 100, 500
# Entra ID leaves `email` out for many accounts. The name to sign in with is an address of the customer's own tenant.
EMAIL_CLAIMS = {Provider.ENTRA: ("email", "preferred_username")}
# RFC 8176: "mfa" says it; otherwise two of something known, something owned and something inherent.
KNOWN = frozenset({"pwd", "pin", "kba"})
OWNED = frozenset({"otp", "hwk", "swk", "sc", "sms", "tel", "pop"})
INHERENT = frozenset({"fpt", "face", "iris", "retina", "vbm"})
# Values of `acr` that stand for more than one factor.
STRONG = frozenset(
    {
        "phr",
        "phrh",
        "possessionorinherence",
        "http://schemas.openid.net/pape/policies/2007/06/multi-factor",
        "https://refeds.org/profile/mfa",
        "urn:okta:loa:2fa:any",
    }
)


def make_profile(
    identity_provider: IdentityProvider, claims: dict[str, Any], userinfo: dict[str, Any], checks: Checks
) -> SsoProfile:
    """Return the profile. `claims` are the ID token's. They win over those of the userinfo endpoint."""
    merged = {**userinfo, **claims}
    found = _mapping(identity_provider, merged)
    proven = "email" in found and not is_unverified(userinfo, claims)
    return SsoProfile(
        issuer=claims["iss"],
        subject=claims["sub"],
        email=_email(merged.get(found["email"])) if proven else "",
        first_name=_line(merged.get(found.get("first_name", ""))),
        last_name=_line(merged.get(found.get("last_name", ""))),
        mfa=used_several_factors(claims),
        sid=_sid(claims),
        attributes=_attributes(merged),
        used={"sub": "subject", **{name: field for field, name in found.items()}},
        checks=tuple(checks.made),
    )


def is_unverified(userinfo: dict[str, Any], claims: dict[str, Any]) -> bool:
    """Return whether the provider says that it didn't check the email address."""
    values = [each.get("email_verified") for each in (userinfo, claims)]
    return any(value is False or str(value).lower() == "false" for value in values)


def used_several_factors(claims: dict[str, Any]) -> bool:
    """Return whether the provider says that it checked a second factor (`amr`, `acr`)."""
    given = claims.get("amr")
    methods = {each for each in given if isinstance(each, str)} if isinstance(given, list) else set()
    kinds = sum(bool(methods & kind) for kind in (KNOWN, OWNED, INHERENT))
    return "mfa" in methods or kinds > 1 or str(claims.get("acr")) in STRONG


def _mapping(identity_provider: IdentityProvider, claims: dict[str, Any]) -> dict[str, str]:
    """Return the names of the claims to use, by field. Fields that didn't arrive are left out."""
    usual = EMAIL_CLAIMS.get(Provider(identity_provider.provider), ("email",))
    wanted = {
        "email": (identity_provider.email_attribute,) if identity_provider.email_attribute else usual,
        "first_name": (identity_provider.first_name_attribute or "given_name",),
        "last_name": (identity_provider.last_name_attribute or "family_name",),
    }
    found = {field: next((name for name in names if claims.get(name)), "") for field, names in wanted.items()}
    return {field: name for field, name in found.items() if name}


def _email(value: object) -> str:
    try:
        return canonical_email(value) if isinstance(value, str) else ""
    except ValidationError:
        return ""


def _line(value: object) -> str:
    """Return a name, shortened to what a name may have. Blank if it has control characters."""
    try:
        return clean_line(value[:MAX_NAME], limit=MAX_NAME) if isinstance(value, str) else ""
    except ValidationError:
        return ""


def _sid(claims: dict[str, Any]) -> str:
    sid = claims.get("sid")
    return sid if isinstance(sid, str) and as_text(sid, MAX_VALUE) == sid else ""


def _attributes(claims: dict[str, Any]) -> dict[str, str]:
    """Return all claims about the person as text."""
    shown = [(name, value) for name, value in claims.items() if name not in PROTOCOL][:MAX_ATTRIBUTES]
    texts = {name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for name, value in shown}
    return {as_text(name, 200): as_text(text, MAX_VALUE) for name, text in texts.items()}
