"""The certificates of an identity provider: the only keys that its signatures are checked with.

Their dates aren't asked: the key is the one that an Admin entered, and it's removed there. Admins are told before a
certificate expires, because that is when the provider starts to use another key.
"""

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from provisioning.models import IdentityProvider
from provisioning.sso.saml.grammar import SIGNATURES

_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


def verify(identity_provider: IdentityProvider, algorithm: str, signature: bytes, signed: bytes) -> None:
    """Check a signature with each of the provider's certificates. Raise InvalidSignature if none fits."""
    if algorithm not in SIGNATURES:
        raise InvalidSignature
    kind, hash_name = SIGNATURES[algorithm]
    for pem in identity_provider.certificates:
        try:
            _verify(x509.load_pem_x509_certificate(pem.encode()), kind, _HASHES[hash_name], signature, signed)
        except (InvalidSignature, ValueError, UnsupportedAlgorithm):
            continue
        return
    raise InvalidSignature


def _verify(
    certificate: x509.Certificate, kind: str, algorithm: hashes.HashAlgorithm, signature: bytes, signed: bytes
) -> None:
    """The kind of key decides with the algorithm: a key is never used for another kind of signature."""
    key = certificate.public_key()
    if kind == "rsa" and isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, signed, padding.PKCS1v15(), algorithm)
    elif kind == "ecdsa" and isinstance(key, ec.EllipticCurvePublicKey):
        half = (key.key_size + 7) // 8
        if len(signature) != 2 * half:
            raise InvalidSignature
        r, s = int.from_bytes(signature[:half]), int.from_bytes(signature[half:])
        key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(algorithm))
    else:
        raise InvalidSignature
