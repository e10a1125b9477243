"""A software authenticator: the JSON that a browser returns for passkeys, right or wrong in one detail."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

# Flags of authenticator data: user present, user verified, attested credential data.
UP, UV, AT = 1, 4, 64
ORIGIN, SITE = "http://testserver", "testserver"


def encode(data: bytes) -> str:
    """Return base64url without padding, as browsers do."""
    return urlsafe_b64encode(data).decode().rstrip("=")


def decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "==")


@dataclass
class Authenticator:
    """An authenticator with one passkey. Set a field, or pass it to create() or get(), to return something wrong."""

    origin: str = ORIGIN
    site: str = SITE
    flags: int = UP | UV
    count: int = 0
    algorithm: int = -7
    aaguid: bytes = bytes(16)
    passkey_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    handle: bytes = b""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def public_key(self) -> dict[int, Any]:
        """The COSE key (RFC 9053)."""
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        return {1: 2, 3: self.algorithm, -1: 1, -2: x, -3: y}

    def create(self, options: dict, **wrong: Any) -> dict[str, Any]:
        """Return the response to navigator.credentials.create(options). `key` replaces the encoded public key."""
        self.handle = decode(options["user"]["id"])
        key = wrong.get("key", cbor2.dumps(self.public_key))
        attested = self.aaguid + len(self.passkey_id).to_bytes(2, "big") + self.passkey_id + key
        data = self._data(wrong.get("flags", self.flags) | AT, wrong) + attested
        attestation = wrong.get("attestation", cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data}))
        client = self._client_data("webauthn.create", options, wrong)
        response = {
            "clientDataJSON": encode(client),
            "attestationObject": encode(attestation),
            "transports": ["internal"],
        }
        return self._credential(response) | {"clientExtensionResults": {"credProps": {"rk": True}}}

    def get(self, options: dict, **wrong: Any) -> dict[str, Any]:
        """Return the response to navigator.credentials.get(options)."""
        self.count = self.count + 1 if self.count else 0
        data = self._data(wrong.get("flags", self.flags), wrong)
        client = self._client_data("webauthn.get", options, wrong)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        handle = wrong.get("handle", self.handle)
        response = {"clientDataJSON": encode(client), "authenticatorData": encode(data), "signature": encode(signature)}
        return self._credential(response | {"userHandle": handle if handle is None else encode(handle)})

    def _data(self, flags: int, wrong: dict) -> bytes:
        site = hashlib.sha256(wrong.get("site", self.site).encode()).digest()
        return site + bytes([flags]) + wrong.get("count", self.count).to_bytes(4, "big")

    def _client_data(self, kind: str, options: dict, wrong: dict) -> bytes:
        data = {
            "type": wrong.get("type", kind),
            "challenge": wrong.get("challenge", options["challenge"]),
            "origin": wrong.get("origin", self.origin),
            "crossOrigin": wrong.get("cross_origin", False),
        }
        return json.dumps(data).encode()

    def _credential(self, response: dict) -> dict[str, Any]:
        name = encode(self.passkey_id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}


def post(client: Any, url: str, data: object = None, **options: Any) -> Any:
    """Post JSON, as static/js/pages/passkey.js does."""
    return client.post(url, {} if data is None else data, content_type="application/json", **options)


def add_passkey(client: Any, authenticator: Authenticator | None = None, **wrong: Any) -> tuple[Authenticator, Any]:
    """Register a passkey for the client's user. Return the authenticator and the response."""
    authenticator = authenticator or Authenticator()
    options = post(client, "/accounts/passkeys/registration/options/").json()
    credential = authenticator.create(options, **wrong)
    return authenticator, post(client, "/accounts/passkeys/registration/", {"credential": credential})


def use_passkey(client: Any, authenticator: Authenticator, purpose: str = "sign-in", **extra: Any) -> Any:
    """Use the passkey for a purpose: "sign-in", "second-factor" or "confirmation". Return the response."""
    url = f"/accounts/passkeys/{purpose}/"
    credential = authenticator.get(post(client, f"{url}options/").json(), **extra.pop("wrong", {}))
    return post(client, url, {"credential": credential, **extra})
