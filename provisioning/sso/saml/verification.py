"""Signatures of SAML documents: what is read later is exactly the bytes that were signed.

A signature covers the canonical form of its element. We calculate that form, compare its digest, and parse those very
bytes again. So nothing outside of them can be mistaken for signed content, however the document is nested.
"""

import base64
import binascii
import hashlib
import hmac
from copy import deepcopy
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from django.utils.translation import gettext as _
from lxml import etree

from provisioning.models import IdentityProvider
from provisioning.sso.profile import SsoError
from provisioning.sso.saml import certificates, encryption, gate
from provisioning.sso.saml.grammar import DIGESTS, tag

_SIGNATURE, _ASSERTION, _ENCRYPTED = tag("ds:Signature"), tag("saml:Assertion"), tag("saml:EncryptedAssertion")


@dataclass(frozen=True)
class SignedAssertion:
    """An assertion, parsed from signed bytes. `covered_by` names what is signed.

    `decrypted` is its text as it was decrypted, "" if it wasn't encrypted. Nothing should be read from it.
    """

    element: etree._Element
    covered_by: tuple[str, ...]
    decrypted: str = ""


def signed_assertion(identity_provider: IdentityProvider, response: etree._Element) -> SignedAssertion:
    """Return the assertion of a response that passed the gate. Raise SsoError.

    Every signature in the response must be right, and at least one must cover the assertion. A signature of the
    response covers an encrypted assertion as it was sent.
    """
    signed = None if response.find(_SIGNATURE) is None else signed_part(identity_provider, response)
    covered = () if signed is None else ("Response",)
    source = response if signed is None else signed
    if (sealed := source.find(_ENCRYPTED)) is not None:
        return _open(identity_provider, sealed, covered)
    assertion = response.find(_ASSERTION)
    if assertion is None:
        raise SsoError(_("The SAML response contains no assertion."), code="structure")
    if assertion.find(_SIGNATURE) is not None:
        own = signed_part(identity_provider, response, _ASSERTION)
        return SignedAssertion(own, (*covered, "Assertion"))
    if signed is None:
        raise _unsigned()
    return SignedAssertion(signed.find(_ASSERTION), covered)


def signed_part(identity_provider: IdentityProvider, root: etree._Element, child: str = "") -> etree._Element:
    """Return the root, or its child of this name, parsed from the bytes that its own signature covers."""
    root = deepcopy(root)  # a copy of the root keeps the namespaces of the whole document
    element = root.find(child) if child else root
    signature = element.find(_SIGNATURE)
    info = signature.find(tag("ds:SignedInfo"))
    reference = info.find(tag("ds:Reference"))
    covered = canonical(info, info.find(tag("ds:CanonicalizationMethod")))
    try:
        value = _base64(signature.find(tag("ds:SignatureValue")))
        digest = _base64(reference.find(tag("ds:DigestValue")))
        algorithm = info.find(tag("ds:SignatureMethod")).get("Algorithm")
        certificates.verify(identity_provider, algorithm, value, covered)
    except (InvalidSignature, binascii.Error, ValueError):
        raise _wrong(element) from None
    hash_name = DIGESTS[reference.find(tag("ds:DigestMethod")).get("Algorithm")]
    exclusive = reference.find(tag("ds:Transforms"))[-1]
    _remove(signature)
    content = canonical(element, exclusive)
    if not hmac.compare_digest(hashlib.new(hash_name, content).digest(), digest):
        raise _wrong(element)
    return gate.parse(content)


def canonical(element: etree._Element, method: etree._Element) -> bytes:
    """Return the element's canonical form (exc-c14n). `method` may name prefixes that are always declared."""
    prefixes = method.find(tag("ec:InclusiveNamespaces"))
    names = [] if prefixes is None else prefixes.get("PrefixList", "").split()
    return etree.tostring(
        element, method="c14n", exclusive=True, with_comments=False, inclusive_ns_prefixes=names or None
    )


def _open(identity_provider: IdentityProvider, sealed: etree._Element, covered: tuple[str, ...]) -> SignedAssertion:
    """Decrypt the assertion. It passes the gate like any other document.

    If the response isn't signed, anyone may have changed the encrypted bytes. Then all failures look the same up to
    the check of the signature inside: different ones would tell an attacker about the content, byte by byte.
    """
    try:
        text = gate.to_text(encryption.decrypt(identity_provider, sealed))
        assertion = gate.check_assertion(text, sealed.nsmap)
        if assertion.find(_SIGNATURE) is not None:
            own = signed_part(identity_provider, assertion.getparent(), _ASSERTION)
            return SignedAssertion(own, (*covered, "Assertion"), text)
    except SsoError as error:
        if covered:
            raise
        raise encryption.unreadable() from error
    if not covered:
        raise encryption.unreadable()
    return SignedAssertion(assertion, covered, text)


def _remove(signature: etree._Element) -> None:
    """Remove the signature from its parent, but not the text after it (transform enveloped-signature)."""
    parent, before = signature.getparent(), signature.getprevious()
    if before is None:
        parent.text = (parent.text or "") + (signature.tail or "") or None
    else:
        before.tail = (before.tail or "") + (signature.tail or "") or None
    signature.tail = None
    parent.remove(signature)


def _base64(element: etree._Element) -> bytes:
    return base64.b64decode("".join((element.text or "").split()), validate=True)


def _wrong(element: etree._Element) -> SsoError:
    values = {"name": etree.QName(element).localname}
    reason = _("The signature of the %(name)s is wrong, or made with a key that isn’t in the settings.") % values
    return SsoError(reason, code="signature")


def _unsigned() -> SsoError:
    return SsoError(_("Neither the SAML response nor its assertion is signed."), code="unsigned")
