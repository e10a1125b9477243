"""Decrypts assertions (XML Encryption) with our private key, by the few algorithms that are still safe.

RSA 1.5 is refused: it lets an attacker who can ask often enough decrypt a recorded assertion.
"""

import base64
import binascii

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.utils.translation import gettext as _
from lxml import etree

from provisioning.models import IdentityProvider
from provisioning.services.saml_keys import private_key
from provisioning.sso.profile import SsoError
from provisioning.sso.saml.grammar import NAMESPACES, tag

_XENC, _XENC11, _DS = NAMESPACES["xenc"], NAMESPACES["xenc11"], NAMESPACES["ds"]
_ELEMENT = f"{_XENC}Element"
# Bytes of the key.
_CBC = {f"{_XENC}aes128-cbc": 16, f"{_XENC}aes192-cbc": 24, f"{_XENC}aes256-cbc": 32}
_GCM = {f"{_XENC11}aes128-gcm": 16, f"{_XENC11}aes192-gcm": 24, f"{_XENC11}aes256-gcm": 32}
_OAEP_MGF1P, _OAEP = f"{_XENC}rsa-oaep-mgf1p", f"{_XENC11}rsa-oaep"
# SHA-1 is safe here, and what most providers use: nothing depends on finding collisions.
_HASHES: dict[str, hashes.HashAlgorithm] = {
    f"{_DS}sha1": hashes.SHA1(),  # noqa: S303
    f"{_XENC}sha256": hashes.SHA256(),
    f"{_XENC}sha512": hashes.SHA512(),
}
_MASKS: dict[str, hashes.HashAlgorithm] = {
    f"{_XENC11}mgf1sha1": hashes.SHA1(),  # noqa: S303
    f"{_XENC11}mgf1sha256": hashes.SHA256(),
    f"{_XENC11}mgf1sha512": hashes.SHA512(),
}


def decrypt(identity_provider: IdentityProvider, sealed: etree._Element) -> bytes:
    """Return the content of an EncryptedAssertion that passed the gate. Raise SsoError, always the same."""
    data = sealed.find(tag("xenc:EncryptedData"))
    inside = data.find(f"{tag('ds:KeyInfo')}/{tag('xenc:EncryptedKey')}")
    key = sealed.find(tag("xenc:EncryptedKey")) if inside is None else inside
    if key is None or data.get("Type") not in (None, _ELEMENT):
        raise unreadable()
    try:
        return _decrypt_data(data, _decrypt_key(identity_provider, key))
    except (KeyError, ValueError, InvalidTag, binascii.Error):
        raise unreadable() from None


def unreadable() -> SsoError:
    """Return the error for everything that is wrong with an encrypted assertion."""
    reason = _("We can’t read the encrypted assertion. It must be encrypted with our certificate, and signed.")
    return SsoError(reason, code="encryption")


def _decrypt_key(identity_provider: IdentityProvider, key: etree._Element) -> bytes:
    method = key.find(tag("xenc:EncryptionMethod"))
    algorithm = method.get("Algorithm")
    digest, mask = method.find(tag("ds:DigestMethod")), method.find(tag("xenc11:MGF"))
    digest_hash = _HASHES[f"{_DS}sha1" if digest is None else digest.get("Algorithm")]
    if algorithm == _OAEP_MGF1P:
        mask_hash: hashes.HashAlgorithm = hashes.SHA1()  # noqa: S303
    elif algorithm == _OAEP:
        mask_hash = _MASKS[f"{_XENC11}mgf1sha1" if mask is None else mask.get("Algorithm")]
    else:
        raise unreadable()
    return private_key(identity_provider).decrypt(
        _cipher_value(key), padding.OAEP(padding.MGF1(mask_hash), digest_hash, None)
    )


def _decrypt_data(data: etree._Element, key: bytes) -> bytes:
    algorithm = data.find(tag("xenc:EncryptionMethod")).get("Algorithm")
    value = _cipher_value(data)
    if len(key) != {**_CBC, **_GCM}[algorithm]:
        raise unreadable()
    if algorithm in _GCM:
        return AESGCM(key).decrypt(value[:12], value[12:], None)
    decryptor = Cipher(algorithms.AES(key), modes.CBC(value[:16])).decryptor()
    text = decryptor.update(value[16:]) + decryptor.finalize()
    if not text or not 1 <= text[-1] <= 16:
        raise unreadable()
    return text[: -text[-1]]


def _cipher_value(element: etree._Element) -> bytes:
    text = element.find(f"{tag('xenc:CipherData')}/{tag('xenc:CipherValue')}").text or ""
    return base64.b64decode("".join(text.split()), validate=True)
