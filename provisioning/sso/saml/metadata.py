"""The metadata document of a SAML identity provider, as Admins paste, upload or link it."""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from lxml import etree

from base.outgoing import OutgoingError, check_url
from provisioning.sso.profile import SsoError
from provisioning.sso.saml import gate
from provisioning.sso.saml.grammar import NAMESPACES, tag
from provisioning.sso.saml.requests import POST, REDIRECT

# What the database has room for.
MAX_LENGTH = 1000
MAX_CERTIFICATES = 10
MIN_RSA_BITS = 2048


@dataclass(frozen=True)
class SamlMetadata:
    """What we need of it. `certificates` are PEM, without expired ones, which `expired` describes.

    `certificates_expire_at` is the last day on which one of them is valid. `endpoints` belongs into
    IdentityProvider.metadata: the bindings of the two addresses, where they aren't redirects.
    """

    issuer: str
    sso_url: str
    slo_url: str
    certificates: list[str]
    certificates_expire_at: datetime | None
    expired: tuple[str, ...] = ()
    endpoints: dict[str, str] = field(default_factory=dict)


def parse_metadata(xml: bytes) -> SamlMetadata:
    """Return what the document says. Raise SsoError with a sentence for the Admin."""
    entity, provider = _find_provider(_parse(xml))
    issuer = entity.get("entityID", "").strip()
    if not issuer or len(issuer) > MAX_LENGTH:
        raise _bad(_("The metadata has no entity ID."))
    sign_on, logout = _endpoint(provider, "md:SingleSignOnService"), _endpoint(provider, "md:SingleLogoutService")
    if sign_on is None:
        raise _bad(_("The metadata has no sign-in address that we can use (SingleSignOnService)."))
    certificates, expired = _certificates(provider)
    endpoints = {"sso_binding": POST} if sign_on.get("Binding") == POST else {}
    if logout is not None and logout.get("Binding") == POST:
        endpoints["slo_binding"] = POST
    if logout is not None and logout.get("ResponseLocation"):
        endpoints["slo_response_url"] = _address(logout.get("ResponseLocation", ""))
    return SamlMetadata(
        issuer=issuer,
        sso_url=_address(sign_on.get("Location", "")),
        slo_url="" if logout is None else _address(logout.get("Location", "")),
        certificates=[each.public_bytes(Encoding.PEM).decode() for each in certificates],
        certificates_expire_at=max(each.not_valid_after_utc for each in certificates),
        expired=tuple(expired),
        endpoints=endpoints,
    )


def read_certificate(text: str) -> x509.Certificate:
    """Return the certificate in PEM or base64. Raise SsoError if it isn't one, or has a weak key."""
    lines = [line for line in text.strip().splitlines() if not line.startswith("-----")]
    try:
        certificate = x509.load_der_x509_certificate(base64.b64decode("".join("".join(lines).split()), validate=True))
        key = certificate.public_key()
    except (binascii.Error, ValueError, TypeError):
        raise _bad(_("A certificate can’t be read. Download it from the identity provider again.")) from None
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise _bad(_("A certificate has a kind of key that we don’t accept. Use RSA or an elliptic curve."))
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < MIN_RSA_BITS:
        values = {"bits": key.key_size, "least": MIN_RSA_BITS}
        raise _bad(_("A certificate has a key of %(bits)s bits. It needs at least %(least)s.") % values)
    return certificate


def _parse(xml: bytes) -> etree._Element:
    """Unlike the documents of a sign-in, metadata may have comments: people write it by hand."""
    if len(xml) > gate.MAX_BYTES:
        raise _bad(_("This document is too large. A provider’s metadata can have up to 256 KB."))
    text = gate.to_text(xml).strip()
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise _bad(_("The metadata contains a DTD, which we don’t accept."))
    return gate.parse_text(text, remove_comments=True, remove_pis=True)


def _find_provider(root: etree._Element) -> tuple[etree._Element, etree._Element]:
    """Return the entity and the description of its identity provider. There must be exactly one."""
    found = [
        (entity, role)
        for entity in root.iter(tag("md:EntityDescriptor"))
        for role in entity.findall(tag("md:IDPSSODescriptor"))
        if NAMESPACES["samlp"] in role.get("protocolSupportEnumeration", "").split()
    ]
    if not found and next(root.iter(tag("md:SPSSODescriptor")), None) is not None:
        raise _bad(_("This is the metadata of a service, not of an identity provider."))
    if not found:
        raise _bad(_("This isn’t the metadata of a SAML 2.0 identity provider."))
    if len(found) > 1:
        values = {"number": len(found)}
        raise _bad(_("This document describes %(number)s identity providers. Use one that describes yours.") % values)
    return found[0]


def _endpoint(provider: etree._Element, name: str) -> etree._Element | None:
    """Return the endpoint for redirects, or else the one for forms."""
    by_binding = {each.get("Binding"): each for each in reversed(provider.findall(tag(name)))}
    return by_binding.get(REDIRECT, by_binding.get(POST))


def _address(url: str) -> str:
    try:
        check_url(url.strip())
    except OutgoingError as error:
        values = {"url": url[:100], "reason": str(error)}
        raise _bad(_("The address “%(url)s” in the metadata can’t be used. %(reason)s") % values) from None
    if len(url) > MAX_LENGTH:
        raise _bad(_("An address in the metadata is too long."))
    return url.strip()


def _certificates(provider: etree._Element) -> tuple[list[x509.Certificate], list[str]]:
    """Return the certificates that it signs with, and descriptions of those that have expired."""
    keys = [key for key in provider.findall(tag("md:KeyDescriptor")) if key.get("use", "signing") == "signing"]
    texts = dict.fromkeys("".join((node.text or "").split()) for key in keys for node in _nodes(key))
    if not texts:
        raise _bad(_("The metadata has no signing certificate."))
    if len(texts) > MAX_CERTIFICATES:
        raise _bad(_("The metadata has more than %(number)s certificates.") % {"number": MAX_CERTIFICATES})
    found = [read_certificate(text) for text in texts]
    valid = [each for each in found if each.not_valid_after_utc > timezone.now()]
    expired = [_describe(each) for each in found if each not in valid]
    if not valid:
        reason = _("The signing certificate has expired: %(names)s. Renew it at the identity provider.")
        raise _bad(reason % {"names": ", ".join(expired)})
    return valid, expired


def _nodes(key: etree._Element) -> Iterable[etree._Element]:
    return key.iter(tag("ds:X509Certificate"))


def _describe(certificate: x509.Certificate) -> str:
    values = {
        "name": certificate.subject.rfc4514_string()[:100],
        "date": date_format(certificate.not_valid_after_utc, "j F Y"),
    }
    return _("%(name)s (until %(date)s)") % values


def _bad(reason: str) -> SsoError:
    return SsoError(reason, code="metadata")
