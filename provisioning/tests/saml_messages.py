"""SAML documents for tests, built and signed by code that shares nothing with the product (xmlsec)."""

import base64
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from lxml import etree

ISSUER = "https://idp.example/metadata"
ACS, ENTITY = "http://testserver/sso/acme/acs/", "http://testserver/sso/acme/metadata/"
NS = {
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "xenc": "http://www.w3.org/2001/04/xmlenc#",
}
DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NS.items() if prefix in ("samlp", "saml"))
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"


@cache
def key_pair(name: str = "idp", kind: str = "rsa") -> tuple[bytes, str]:
    """Return a private key and its certificate, as PEM."""
    key = rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=400)).not_valid_after(now + timedelta(days=90))
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return pem, builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


@dataclass
class Facts:
    """What a document says. Times are seconds from now."""

    request_id: str = "_request"
    issuer: str = ISSUER
    response_issuer: str | None = None
    destination: str | None = ACS
    recipient: str = ACS
    audiences: tuple[str, ...] = (ENTITY,)
    name_id: str = "olga-at-idp"
    name_format: str = PERSISTENT
    not_before: float = -10
    not_on_or_after: float = 300
    confirmed_until: float | None = 300
    session_until: float = 3600
    signed_in: float = -5
    session_index: str = "_session-1"
    context: str = PASSWORD
    status: str = SUCCESS
    version: str = "2.0"
    method: str = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
    attributes: dict[str, tuple[str, ...]] = field(
        default_factory=lambda: {"email": ("olga@acme.example",), "firstName": ("Olga",), "lastName": ("Idp",)}
    )
    response_id: str = "_response-1"
    assertion_id: str = "_assertion-1"
    # For encryption: our certificate.
    our_certificate: str = ""


def at(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def maybe(name: str, value: str | None) -> str:
    return "" if value is None else f' {name}="{value}"'


def assertion_text(facts: Facts) -> str:
    audiences = "".join(f"<saml:Audience>{each}</saml:Audience>" for each in facts.audiences)
    restriction = f"<saml:AudienceRestriction>{audiences}</saml:AudienceRestriction>" if audiences else ""
    attributes = "".join(
        f'<saml:Attribute Name="{name}">'
        + "".join(f"<saml:AttributeValue>{value}</saml:AttributeValue>" for value in values)
        + "</saml:Attribute>"
        for name, values in facts.attributes.items()
    )
    until = None if facts.confirmed_until is None else at(facts.confirmed_until)
    asked = maybe("InResponseTo", facts.request_id or None)
    return f"""<saml:Assertion xmlns:saml="{NS["saml"]}" ID="{facts.assertion_id}" Version="{facts.version}"
  IssueInstant="{at(-5)}"><saml:Issuer>{facts.issuer}</saml:Issuer>
<saml:Subject><saml:NameID Format="{facts.name_format}">{facts.name_id}</saml:NameID>
<saml:SubjectConfirmation Method="{facts.method}"><saml:SubjectConfirmationData Recipient="{facts.recipient}"{asked}
{maybe("NotOnOrAfter", until)}/></saml:SubjectConfirmation></saml:Subject>
<saml:Conditions NotBefore="{at(facts.not_before)}" NotOnOrAfter="{at(facts.not_on_or_after)}">{restriction}
</saml:Conditions><saml:AuthnStatement AuthnInstant="{at(facts.signed_in)}" SessionIndex="{facts.session_index}"
  SessionNotOnOrAfter="{at(facts.session_until)}"><saml:AuthnContext>
<saml:AuthnContextClassRef>{facts.context}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>
<saml:AttributeStatement>{attributes}</saml:AttributeStatement></saml:Assertion>"""


def unsigned(facts: Facts | None = None) -> etree._Element:
    """Return a response without a signature."""
    facts = facts or Facts()
    issuer = facts.issuer if facts.response_issuer is None else facts.response_issuer
    asked = maybe("InResponseTo", facts.request_id or None)
    text = f"""<samlp:Response xmlns:samlp="{NS["samlp"]}" xmlns:saml="{NS["saml"]}" ID="{facts.response_id}"
  Version="2.0" IssueInstant="{at(-5)}"{asked}{maybe("Destination", facts.destination)}>
<saml:Issuer>{issuer}</saml:Issuer><samlp:Status><samlp:StatusCode Value="{facts.status}"/></samlp:Status>
{assertion_text(facts)}</samlp:Response>"""
    return etree.fromstring(text.encode())


def sign(
    element: etree._Element,
    *,
    key: bytes | None = None,
    method: xmlsec.Transform = xmlsec.Transform.RSA_SHA256,
    digest: xmlsec.Transform = xmlsec.Transform.SHA256,
    canonical: xmlsec.Transform = xmlsec.Transform.EXCL_C14N,
    transforms: tuple = (xmlsec.Transform.ENVELOPED, xmlsec.Transform.EXCL_C14N),
) -> etree._Element:
    """Sign a Response, Assertion or LogoutRequest where it is, and return it."""
    xmlsec.tree.add_ids(element.getroottree().getroot(), ["ID"])
    signature = xmlsec.template.create(element, canonical, method, ns="ds")
    element.insert(1, signature)
    reference = xmlsec.template.add_reference(signature, digest, uri="#" + element.get("ID"))
    for transform in transforms:
        xmlsec.template.add_transform(reference, transform)
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(key or key_pair()[0], xmlsec.KeyFormat.PEM)
    if key is None:
        xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(signature))
        context.key.load_cert_from_memory(key_pair()[1].encode(), xmlsec.KeyFormat.PEM)
    context.sign(signature)
    return element


def assertion_of(response: etree._Element) -> etree._Element:
    return response.find("saml:Assertion", NS)


def good(facts: Facts | None = None, how: str = "assertion") -> etree._Element:
    """Return a response that is signed: "assertion", "response" or "both"."""
    response = unsigned(facts)
    if how in ("assertion", "both"):
        sign(assertion_of(response))
    if how in ("response", "both"):
        sign(response)
    return response


def encrypt(
    response: etree._Element,
    certificate: str,
    *,
    cipher: xmlsec.Transform = xmlsec.Transform.AES256_GCM,
    transport: xmlsec.Transform = xmlsec.Transform.RSA_OAEP,
    bits: int = 256,
) -> etree._Element:
    """Return a copy whose assertion is encrypted for this certificate."""
    response = deepcopy(response)
    assertion = assertion_of(response)
    sealed = etree.SubElement(response, f"{{{NS['saml']}}}EncryptedAssertion")
    sealed.append(assertion)
    data = xmlsec.template.encrypted_data_create(sealed, cipher, type=xmlsec.EncryptionType.ELEMENT, ns="xenc")
    xmlsec.template.encrypted_data_ensure_cipher_value(data)
    info = xmlsec.template.encrypted_data_ensure_key_info(data, ns="ds")
    xmlsec.template.encrypted_data_ensure_cipher_value(xmlsec.template.add_encrypted_key(info, transport))
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_memory(certificate.encode(), xmlsec.KeyFormat.CERT_PEM))
    context = xmlsec.EncryptionContext(manager)
    context.key = xmlsec.Key.generate(xmlsec.KeyData.AES, bits, xmlsec.KeyDataType.SESSION)
    context.encrypt_xml(data, assertion)
    return etree.fromstring(etree.tostring(response))


def to_form(document: etree._Element | bytes) -> dict[str, str]:
    """Return the form that a browser posts."""
    text = document if isinstance(document, bytes) else etree.tostring(document)
    return {"SAMLResponse": base64.b64encode(text).decode()}
