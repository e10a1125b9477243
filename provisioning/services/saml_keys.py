"""Our key pair for an organization's SAML identity provider: it signs requests and decrypts assertions."""

from datetime import timedelta
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.utils import timezone
from django.utils.translation import gettext as _

from base.encryption import Undecryptable
from provisioning.models import IdentityProvider
from provisioning.sso.profile import SsoError

KEY_BITS = 2048
# Identity providers keep our certificate by hand, so it outlives every other setting.
CERTIFICATE_DAYS = 3650


def ensure_key_pair(identity_provider: IdentityProvider) -> IdentityProvider:
    """Return the provider with a key pair, made now if it has none. Two requests at once get the same one.

    Raise SsoError if the key that encrypted the private key is missing.
    """
    if not identity_provider.sp_certificate:
        private_key, certificate = _make_key_pair(f"TeamAdmin {identity_provider.organization_id}")
        empty = IdentityProvider.objects.filter(pk=identity_provider.pk, sp_certificate="")
        empty.update(sp_private_key=private_key, sp_certificate=certificate)
        identity_provider.refresh_from_db(fields=["sp_private_key", "sp_certificate"])
    if isinstance(identity_provider.sp_private_key, Undecryptable):
        reason = _("Our key for this identity provider can’t be read. Ask the people who run this site.")
        raise SsoError(reason, code="configuration")
    return identity_provider


def private_key(identity_provider: IdentityProvider) -> rsa.RSAPrivateKey:
    """Return our private key for this provider. Raise SsoError.

    It is our own, so it isn’t checked for primes again, which takes 50 ms.
    """
    pem = str(ensure_key_pair(identity_provider).sp_private_key).encode()
    return cast(rsa.RSAPrivateKey, serialization.load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True))


def _make_key_pair(name: str) -> tuple[str, str]:
    """Return a private key and its self-signed certificate, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = timezone.now()
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=CERTIFICATE_DAYS))
    certificate = builder.sign(key, hashes.SHA256())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return pem.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode()
