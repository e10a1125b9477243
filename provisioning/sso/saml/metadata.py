"""The metadata document of a SAML identity provider."""

import ssl
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from django.utils.translation import gettext as _
from lxml import etree

from provisioning.sso.profile import SsoError

MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"


@dataclass(frozen=True)
class SamlMetadata:
    """What we need of it. Certificates are in PEM; the last of their last days is `certificates_expire_at`."""

    issuer: str
    sso_url: str
    slo_url: str
    certificates: list[str]
    certificates_expire_at: datetime | None


def parse_metadata(xml: bytes) -> SamlMetadata:
    """Return what the document says. Raise SsoError with a sentence for the Admin."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise SsoError(_("This isn’t XML. Paste the whole metadata document."), code="metadata") from None
    idp = root.find(f".//{MD}IDPSSODescriptor")
    if root.getroottree().docinfo.doctype or idp is None:
        raise SsoError(_("This isn’t the metadata of an identity provider."), code="metadata")
    issuer = str(idp.getparent().get("entityID", ""))  # type: ignore[union-attr]
    certificates = [_pem(node.text or "") for node in _signing(idp)]
    sso_url = _location(idp, "SingleSignOnService")
    if not issuer or not sso_url or not certificates:
        raise SsoError(_("The metadata has no entity ID, sign-in URL or signing certificate."), code="metadata")
    expire_at = max(x509.load_pem_x509_certificate(each.encode()).not_valid_after_utc for each in certificates)
    return SamlMetadata(issuer, sso_url, _location(idp, "SingleLogoutService"), certificates, expire_at)


def _signing(idp: Any) -> Iterator[Any]:
    for key in idp.findall(f"{MD}KeyDescriptor"):
        if key.get("use") in (None, "signing"):
            yield from key.iter(f"{DS}X509Certificate")


def _location(idp: Any, name: str) -> str:
    found = [each for each in idp.findall(f"{MD}{name}") if each.get("Binding") == REDIRECT]
    return str(found[0].get("Location", "")) if found else ""


def _pem(text: str) -> str:
    try:
        pem = ssl.DER_cert_to_PEM_cert(b64decode("".join(text.split())))
        x509.load_pem_x509_certificate(pem.encode())
    except ValueError:
        raise SsoError(_("A certificate in the metadata can’t be read."), code="metadata") from None
    return pem
