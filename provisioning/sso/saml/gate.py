"""The gate: what a SAML document must look like before any library that trusts XML sees it.

python3-saml runs XSLT of documents that it hasn't verified (its issue #447), and most attacks on SAML give two readers
of one document two views of it. So this module accepts only a small part of XML (no DTD, comment, processing
instruction or CDATA), and only the elements, identifiers and algorithms that grammar.py lists. It checks no signature:
verification.py does.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from xml.sax.saxutils import quoteattr

from django.utils.translation import gettext as _
from lxml import etree

from provisioning.sso.profile import SsoError
from provisioning.sso.saml.grammar import (
    DIGESTS,
    ENCRYPTED_RULES,
    ENVELOPED,
    EXCLUSIVE,
    NAMESPACES,
    RULES,
    SIGNATURES,
    Children,
    tag,
)

MAX_BYTES = 256 * 1024
MAX_ELEMENTS = 3000
MAX_DEPTH = 16
# Of one element, and of the namespaces that one document declares: libxml2 searches both in lists.
MAX_ATTRIBUTES = 32
MAX_NAMESPACES = 2 * MAX_ELEMENTS

# The codes of what this module refuses. Strangers can cause these: they say nothing about an identity provider.
CODES = frozenset(
    {
        "algorithm",
        "attribute",
        "duplicate_id",
        "encoding",
        "markup",
        "namespace",
        "not_base64",
        "not_xml",
        "reference",
        "structure",
        "too_large",
    }
)

_DECLARATION = re.compile(r"\s*<\?xml\s([^<>?]*)\?>")
_ENCODING = re.compile(r"""encoding\s*=\s*["'](?!utf-?8["'])""", re.IGNORECASE)
_NAMESPACE = re.compile(r"""xmlns(?::[^\s=<>"']+)?\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_ABSOLUTE = re.compile(r"(?:urn:[\w.-]+:|https?://[\w.-]+)[\w.:/#~+=,;-]*", re.ASCII)
_ID = re.compile(r"[A-Za-z_][\w.-]{0,254}", re.ASCII)
_PREFIXES = re.compile(r"[\w.# -]{0,200}", re.ASCII)
# Attributes that decide something. One in a namespace looks the same to a careless reader.
_CRITICAL = {
    "algorithm", "destination", "format", "id", "inresponseto", "issueinstant", "method", "name", "notbefore",
    "notonorafter", "recipient", "sessionindex", "sessionnotonorafter", "uri", "value", "version",
}  # fmt: skip
_FREE = {tag("saml:Attribute"), tag("saml:AttributeValue")}
_SAML = (NAMESPACES["saml"], NAMESPACES["samlp"])


def decode(text: str) -> bytes:
    """Return the document that a form field contains as base64. Raise SsoError."""
    if len(text) > MAX_BYTES:
        raise too_large()
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise SsoError(_("The SAML response isn’t valid base64."), code="not_base64") from None


def check_response(document: bytes) -> etree._Element:
    """Return the Response, which has an acceptable form. Raise SsoError."""
    return _check(parse(document), "samlp:Response")


def check_assertion(text: str, namespaces: Mapping[str | None, str]) -> etree._Element:
    """Return the Assertion, which was encrypted and has an acceptable form. Raise SsoError.

    `namespaces` are those around the encrypted data, which the assertion may use (XML Encryption 4.5). So it's parsed
    inside an element that declares them, and is its only child.
    """
    names = {f"xmlns:{prefix}" if prefix else "xmlns": uri for prefix, uri in namespaces.items()}
    declared = " ".join(f"{name}={quoteattr(uri)}" for name, uri in names.items())
    around = parse(f"<around {declared}>{text}</around>".encode())
    if len(around) != 1 or around.text or around[0].tail:
        raise _not_xml()
    return _check(around[0], "saml:Assertion")


def check_logout_request(document: bytes) -> etree._Element:
    """Return the LogoutRequest, which has an acceptable form. Raise SsoError."""
    return _check(parse(document), "samlp:LogoutRequest")


def parse(document: bytes) -> etree._Element:
    """Return the root of a document without DTD, comment, processing instruction and CDATA. Raise SsoError."""
    if len(document) > MAX_BYTES:
        raise too_large()
    text = to_text(document)
    if "<!" in text or "<?" in text:
        reason = _("The SAML document contains a DTD, a comment or something else that isn’t allowed in it.")
        raise SsoError(reason, code="markup")
    if text.count("<") > 2 * MAX_ELEMENTS or text.count("xmlns") > MAX_NAMESPACES:
        raise too_large()
    for found in _NAMESPACE.finditer(text):
        if not _ABSOLUTE.fullmatch(found[1] or found[2] or ""):
            raise SsoError(_("The SAML document declares an XML namespace that isn’t valid."), code="namespace")
    return parse_text(text)


def to_text(document: bytes) -> str:
    """Return the document without its XML declaration. It must be UTF-8: all readers see the same characters."""
    try:
        text = document.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _not_xml() from None
    declaration = _DECLARATION.match(text)
    if declaration and _ENCODING.search(declaration[1]):
        raise SsoError(_("The SAML document must be encoded as UTF-8."), code="encoding")
    return text[declaration.end() :] if declaration else text


def parse_text(text: str, **options: bool) -> etree._Element:
    """Return the root of a text without a DTD. `options` are those of lxml's parser. Raise SsoError."""
    limits = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
    parser = etree.XMLParser(**limits, **options, collect_ids=False, encoding="utf-8")  # type: ignore[arg-type]
    try:
        return etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        raise _not_xml() from None


def _check(root: etree._Element, root_name: str) -> etree._Element:
    if root.tag != tag(root_name):
        reason = _("The SAML document isn’t a %(name)s.") % {"name": root_name.partition(":")[2]}
        raise SsoError(reason, code="structure")
    ids: set[str] = set()
    _check_element(root, RULES, ids, 1)
    for element in root.iter(tag(root_name), tag("saml:Assertion")):
        if not element.get("ID"):
            raise SsoError(_("The SAML document has no ID in %(name)s.") % {"name": _name(element)}, code="structure")
    for signature in root.iter(tag("ds:Signature")):
        _check_signature(signature)
    for data in root.iter(tag("ds:RetrievalMethod")):
        _check_retrieval(data)
    if root.find(tag("saml:Assertion")) is not None and root.find(tag("saml:EncryptedAssertion")) is not None:
        raise SsoError(_("The SAML response has more than one assertion."), code="structure")
    return root


def _check_element(element: etree._Element, rules: dict[str, Children], ids: set[str], depth: int) -> None:
    if element.tag == tag("saml:EncryptedAssertion"):
        rules = ENCRYPTED_RULES
    allowed = rules.get(element.tag)
    if allowed is None or depth > MAX_DEPTH:
        raise _misplaced(element)
    _check_attributes(element, ids)
    _check_text(element, allowed)
    counts = dict.fromkeys(allowed, 0)
    for child in element:
        if child.tag not in counts:
            raise _misplaced(child)
        counts[child.tag] += 1
    for name, (least, most) in allowed.items():
        if not least <= counts[name] <= most:
            values = {"number": counts[name], "name": etree.QName(name).localname, "parent": _name(element)}
            raise SsoError(_("The SAML document has %(number)s %(name)s in %(parent)s.") % values, code="structure")
    for child in element:
        _check_element(child, rules, ids, depth + 1)


def _check_text(element: etree._Element, allowed: Children) -> None:
    """Text is only where it is read: not between elements."""
    texts = [element.text, *(child.tail for child in element)] if allowed else []
    if any(text and text.strip(" \t\r\n") for text in texts):
        raise SsoError(_("The SAML document has text in %(name)s.") % {"name": _name(element)}, code="structure")


def _check_attributes(element: etree._Element, ids: set[str]) -> None:
    if len(element.attrib) > MAX_ATTRIBUTES:
        raise too_large()
    for full_name, value in element.attrib.items():
        name = etree.QName(full_name)
        local = name.localname.lower()
        if name.namespace:
            if element.tag not in _FREE or local in _CRITICAL:
                raise _bad_attribute(element, full_name)
        elif local == "id":
            own = "ID" if etree.QName(element).namespace in _SAML else "Id"
            if full_name != own or not _ID.fullmatch(value):
                raise _bad_attribute(element, full_name)
            if value in ids:
                raise SsoError(_("The SAML document uses an ID twice."), code="duplicate_id")
            ids.add(value)


def _check_signature(signature: etree._Element) -> None:
    """A signature must cover exactly the element that it is in, by an algorithm of the list."""
    info = signature.find(tag("ds:SignedInfo"))
    reference = info.find(tag("ds:Reference"))
    own_id = signature.getparent().get("ID")
    if not own_id or reference.get("URI") != f"#{own_id}":
        raise SsoError(_("A signature in the SAML document covers something else."), code="reference")
    transforms = [each.get("Algorithm") for each in reference.find(tag("ds:Transforms"))]
    if transforms != [ENVELOPED, EXCLUSIVE]:
        raise _bad_algorithm(" ".join(str(each) for each in transforms))
    for name, accepted in (
        ("ds:CanonicalizationMethod", {EXCLUSIVE}),
        ("ds:SignatureMethod", SIGNATURES),
        ("ds:Reference/ds:DigestMethod", DIGESTS),
    ):
        algorithm = info.find("/".join(tag(each) for each in name.split("/"))).get("Algorithm")
        if algorithm not in accepted:
            raise _bad_algorithm(str(algorithm))
    for prefixes in signature.iter(tag("ec:InclusiveNamespaces")):
        if prefixes.getparent().get("Algorithm") != EXCLUSIVE or not _PREFIXES.fullmatch(
            prefixes.get("PrefixList", "")
        ):
            raise _bad_attribute(prefixes, "PrefixList")


def _check_retrieval(retrieval: etree._Element) -> None:
    """The key of an encrypted assertion may be beside it, nowhere else."""
    assertion = next(retrieval.iterancestors(tag("saml:EncryptedAssertion")))
    key = assertion.find(tag("xenc:EncryptedKey"))
    if key is None or not key.get("Id") or retrieval.get("URI") != f"#{key.get('Id')}":
        raise SsoError(_("The SAML document refers to a key outside the document."), code="reference")


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else "XML"


def _misplaced(element: etree._Element) -> SsoError:
    parent = element.getparent()
    values = {"name": _name(element), "parent": "" if parent is None else _name(parent)}
    return SsoError(
        _("The SAML document has %(name)s in %(parent)s, which we don’t accept.") % values, code="structure"
    )


def _bad_attribute(element: etree._Element, name: str) -> SsoError:
    values = {"attribute": name[:100], "name": _name(element)}
    reason = _("The SAML document has the attribute %(attribute)s in %(name)s, which we don’t accept.") % values
    return SsoError(reason, code="attribute")


def _bad_algorithm(algorithm: str) -> SsoError:
    reason = _("The SAML document uses the algorithm “%(name)s”, which we don’t accept.") % {"name": algorithm[:200]}
    return SsoError(reason, code="algorithm")


def too_large() -> SsoError:
    return SsoError(_("The SAML document is too large."), code="too_large")


def _not_xml() -> SsoError:
    return SsoError(_("The SAML document isn’t valid XML."), code="not_xml")
