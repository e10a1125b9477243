"""The HTTP-Redirect binding: a deflated message in the query of a URL, with a signature over that query."""

import base64
import binascii
import zlib
from urllib.parse import unquote_plus, urlencode, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from django.utils.translation import gettext as _

from provisioning.models import IdentityProvider
from provisioning.services.saml_keys import private_key
from provisioning.sso.profile import SsoError
from provisioning.sso.saml import certificates
from provisioning.sso.saml.gate import MAX_BYTES

RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


def signed_url(url: str, name: str, message: str, identity_provider: IdentityProvider, relay_state: str = "") -> str:
    """Return the URL with a message ("SAMLRequest" or "SAMLResponse") that is signed with our key."""
    compressor = zlib.compressobj(wbits=-15)
    packed = base64.b64encode(compressor.compress(message.encode()) + compressor.flush()).decode()
    query = urlencode({name: packed, **({"RelayState": relay_state} if relay_state else {}), "SigAlg": RSA_SHA256})
    signature = private_key(identity_provider).sign(query.encode(), padding.PKCS1v15(), hashes.SHA256())
    separator = "&" if urlsplit(url).query else "?"
    return f"{url}{separator}{query}&{urlencode({'Signature': base64.b64encode(signature).decode()})}"


def read_message(raw_query: str, name: str, identity_provider: IdentityProvider) -> bytes:
    """Return the message of a signed query. Raise SsoError.

    The signature covers the characters as they were sent: encoding them again could give others.
    """
    sent: dict[str, str] = {}
    for part in raw_query.split("&"):
        key, _equals, value = part.partition("=")
        if key in sent:
            raise SsoError(_("The request contains the same value twice."), code="structure")
        sent[key] = value
    if not sent.get("SigAlg") or not sent.get("Signature") or not sent.get(name):
        raise SsoError(_("The request isn’t signed."), code="unsigned")
    covered = "&".join(f"{key}={sent[key]}" for key in (name, "RelayState", "SigAlg") if key in sent)
    try:
        signature = base64.b64decode(unquote_plus(sent["Signature"]), validate=True)
        certificates.verify(identity_provider, unquote_plus(sent["SigAlg"]), signature, covered.encode())
    except (InvalidSignature, binascii.Error):
        raise SsoError(_("The signature of the request is wrong."), code="signature") from None
    return _inflate(unquote_plus(sent[name]))


def _inflate(text: str) -> bytes:
    """Return the message, of at most MAX_BYTES: a small one can grow a thousand times."""
    inflater = zlib.decompressobj(wbits=-15)
    try:
        message = inflater.decompress(base64.b64decode(text, validate=True), MAX_BYTES)
    except (binascii.Error, ValueError, zlib.error):
        raise SsoError(_("The request can’t be read."), code="not_base64") from None
    if inflater.unconsumed_tail or not inflater.eof:
        raise SsoError(_("The request is too large."), code="too_large")
    return message
