"""The keys with which a provider signs: read once an hour, and again when a token names a key that we don't know."""

import logging
from base64 import urlsafe_b64decode
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

from base import outgoing
from base.outgoing import OutgoingError
from provisioning.models import IdentityProvider
from provisioning.services.provider_copies import save_copy
from provisioning.sso.oidc.discovery import MAX_AGE, read_metadata
from provisioning.sso.oidc.failures import fetch

logger = logging.getLogger("teamadmin.security")
# A token with an unknown key makes us read the keys again, at most this often: anyone can send such tokens.
REREAD_AFTER = timedelta(minutes=1)
MAX_KEYS, MAX_TRIES = 100, 10
# The kind of key for each kind of algorithm. Symmetric ones aren't listed: the provider's public keys are public.
KEY_TYPES = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
PUBLIC_FIELDS = ("kty", "kid", "use", "alg", "n", "e", "crv", "x", "y")
# Shorter RSA keys can be broken (NIST SP 800-131A). Longer ones only keep us busy.
RSA_BITS = range(2048, 8193)


def cached_keys(identity_provider: IdentityProvider) -> list[dict[str, str]]:
    """Return the provider's keys, at most an hour old. While the provider doesn't answer, the last copy is used."""
    copy: list[dict[str, str]] = identity_provider.keys.get("keys", [])
    read_at = identity_provider.keys_read_at
    if copy and read_at and timezone.now() - read_at < MAX_AGE:
        return copy
    try:
        return _read(identity_provider)
    except OutgoingError as error:
        if not copy:
            raise
        logger.warning("The identity provider %s doesn’t answer: %s", identity_provider.pk, error)
        return copy


def fresh_keys(identity_provider: IdentityProvider) -> list[dict[str, str]]:
    """Return the provider's keys as they are now, or none if they were read within the last minute."""
    read_at = identity_provider.keys_read_at
    if read_at and timezone.now() - read_at < REREAD_AFTER:
        return []
    return _read(identity_provider)


def matching_keys(keys: list[dict[str, str]], header: dict[str, Any]) -> list[Key]:
    """Return the keys that may have signed a token with this header. Without `kid`, all of the right type."""
    algorithm, kid = header["alg"], header.get("kid")
    found = [
        key
        for key in keys
        if key.get("kty") == KEY_TYPES[algorithm[:2]]
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
        and (kid is None or key.get("kid", kid) == kid)
    ]
    imported = [_import(key) for key in found[:MAX_TRIES]]
    return [key for key in imported if key is not None]


def _read(identity_provider: IdentityProvider) -> list[dict[str, str]]:
    url = read_metadata(identity_provider)["jwks_uri"]
    keys = fetch(identity_provider, url, lambda: _fetch(url, identity_provider.label))
    save_copy(identity_provider=identity_provider, keys={"keys": keys}, keys_read_at=timezone.now())
    return keys


def _fetch(url: str, label: str) -> list[dict[str, str]]:
    response = outgoing.get(url, headers={"accept": "application/json"})
    document = response.json() if response.status == 200 else None
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list):
        raise OutgoingError(_("%(label)s doesn’t publish its keys at %(url)s.") % {"label": label, "url": url})
    return [
        {name: key[name] for name in PUBLIC_FIELDS if isinstance(key.get(name), str)}
        for key in keys[:MAX_KEYS]
        if isinstance(key, dict)
    ]


def _import(key: dict[str, str]) -> Key | None:
    """Return the key, or None if it isn't a valid one or too short."""
    try:
        if key["kty"] == "RSA" and _bits(key["n"]) not in RSA_BITS:
            return None
        return JWKRegistry.import_key(dict(key))  # type: ignore[arg-type]
    except (JoseError, ValueError, KeyError, TypeError):
        return None


def _bits(number: str) -> int:
    return int.from_bytes(urlsafe_b64decode(number + "=" * (-len(number) % 4))).bit_length()
