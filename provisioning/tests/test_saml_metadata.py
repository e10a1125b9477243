"""Metadata of SAML identity providers, as Admins enter it (O-1)."""

import time
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.x509.oid import NameOID

from provisioning.sso.profile import SsoError
from provisioning.sso.saml.metadata import parse_metadata, read_certificate
from provisioning.sso.saml.requests import POST, REDIRECT
from provisioning.tests.saml_messages import NS

MD = "urn:oasis:names:tc:SAML:2.0:metadata"
SAML2 = "urn:oasis:names:tc:SAML:2.0:protocol"


@cache
def certificate(days: int = 100, name: str = "idp", kind: str = "ec") -> str:
    """Return a certificate that is valid for so many days more, as PEM."""
    keys = {
        "ec": lambda: ec.generate_private_key(ec.SECP256R1()),
        "weak": lambda: rsa.generate_private_key(65537, 1024),
        "dsa": lambda: dsa.generate_private_key(2048),
    }
    key, subject = keys[kind](), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=900)).not_valid_after(now + timedelta(days=days))
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def endpoint(name: str, location: str, binding: str = REDIRECT, more: str = "") -> str:
    return f'<md:{name} Binding="{binding}" Location="{location}"{more}/>'


def keys(*certificates: str, use: str = ' use="signing"') -> str:
    return "".join(
        f"<md:KeyDescriptor{use}><ds:KeyInfo><ds:X509Data><ds:X509Certificate>\n{''.join(pem.splitlines()[1:-1])}\n"
        "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
        for pem in certificates
    )


SSO = endpoint("SingleSignOnService", "https://idp.example/sso")


def entity(
    content: str = "", *, entity_id: str = "https://idp.example/metadata", role: str = "IDPSSODescriptor"
) -> str:
    content = content or keys(certificate()) + SSO
    return f"""<md:EntityDescriptor xmlns:md="{MD}" xmlns:ds="{NS["ds"]}" entityID="{entity_id}">
<md:{role} protocolSupportEnumeration="{SAML2}">{content}</md:{role}></md:EntityDescriptor>"""


def group(*entities: str) -> str:
    return f'<md:EntitiesDescriptor xmlns:md="{MD}">{"".join(entities)}</md:EntitiesDescriptor>'


def reason_of(text: str | bytes) -> str:
    with pytest.raises(SsoError) as caught:
        parse_metadata(text.encode() if isinstance(text, str) else text)
    return str(caught.value)


@pytest.mark.spec("O-1")
def test_issuer_addresses_and_certificates_are_read():
    old, new = certificate(20, "old"), certificate(300, "new")
    logout = endpoint(
        "SingleLogoutService", "https://idp.example/slo", more=' ResponseLocation="https://idp.example/r"'
    )
    encryption = keys(certificate(50, "encryption"), use=' use="encryption"')
    text = '<?xml version="1.0" encoding="utf-8"?><!-- Exported --> ' + entity(
        keys(old, new, old)
        + encryption
        + logout
        + endpoint("SingleSignOnService", "https://idp.example/post", POST)
        + SSO
    )
    found = parse_metadata(b"\xef\xbb\xbf" + text.encode())
    assert found.issuer == "https://idp.example/metadata"
    assert (found.sso_url, found.slo_url) == ("https://idp.example/sso", "https://idp.example/slo")
    assert found.certificates == [old, new] and found.expired == ()
    assert 299 <= (found.certificates_expire_at - datetime.now(UTC)).days <= 300
    assert found.endpoints == {"slo_response_url": "https://idp.example/r"}


@pytest.mark.spec("O-1")
def test_a_key_for_everything_signs_too():
    assert parse_metadata(entity(keys(certificate(), use="") + SSO).encode()).certificates == [certificate()]


@pytest.mark.spec("O-1")
def test_a_provider_that_takes_only_forms_is_noted():
    both = (
        endpoint("SingleSignOnService", "https://idp.example/p", POST),
        endpoint("SingleLogoutService", "https://i.x/", POST),
    )
    found = parse_metadata(entity(keys(certificate()) + "".join(both)).encode())
    assert found.sso_url == "https://idp.example/p"
    assert found.endpoints == {"sso_binding": POST, "slo_binding": POST}


@pytest.mark.spec("O-1")
def test_one_provider_may_be_among_services():
    service = entity(entity_id="https://sp.example/", role="SPSSODescriptor", content="<md:x/>")
    assert parse_metadata(group(service, entity()).encode()).issuer == "https://idp.example/metadata"
    assert "describes 2 identity providers" in reason_of(group(entity(), entity(entity_id="https://b.example/")))
    assert "of a service" in reason_of(service)


@pytest.mark.spec("O-1")
def test_expired_certificates_are_named():
    old = certificate(-10, "old key")
    found = parse_metadata(entity(keys(old, certificate()) + SSO).encode())
    assert found.certificates == [certificate()] and "old key" in found.expired[0]
    assert "has expired: CN=old key (until " in reason_of(entity(keys(old) + SSO))


@pytest.mark.spec("O-1")
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "isn’t valid XML"),
        ("hello", "isn’t valid XML"),
        ("<a/>", "isn’t the metadata of a SAML 2.0"),
        ("<html><body>Sign in</body></html>", "isn’t the metadata of a SAML 2.0"),
        ("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", "DTD"),
        (entity().replace(SAML2, "urn:oasis:names:tc:SAML:1.1:protocol"), "isn’t the metadata of a SAML 2.0"),
        (entity(entity_id=" "), "no entity ID"),
        (entity(keys(certificate())), "no sign-in address"),
        (entity(SSO), "no signing certificate"),
        (entity(keys(certificate(), use=' use="encryption"') + SSO), "no signing certificate"),
        (entity(keys("x\nnot base64!\nx") + SSO), "can’t be read"),
        (entity(keys(certificate(kind="weak")) + SSO), "1024 bits"),
        (entity(keys(certificate(kind="dsa")) + SSO), "kind of key"),
        (entity(keys(certificate()) + endpoint("SingleSignOnService", "javascript:alert(1)")), "https://"),
        (entity(keys(certificate()) + endpoint("SingleSignOnService", "//evil.example/")), "https://"),
        (entity(keys(certificate()) + endpoint("SingleSignOnService", "https://a.example/" + "a" * 1000)), "too long"),
        (entity(keys(*(certificate(100, f"key {n}") for n in range(11))) + SSO), "more than 10"),
        ("<a>" + "x" * 300_000 + "</a>", "too large"),
    ],
)
def test_what_is_wrong_with_other_documents_is_said(text, reason):
    assert reason in reason_of(text)


@pytest.mark.spec("O-1")
@pytest.mark.parametrize(
    "text", ["<a>" * 20_000, "<a " + " ".join(f'a{n}=""' for n in range(20_000)) + "/>", "\0", "\ud800"]
)
def test_a_hostile_document_takes_no_time(text):
    begin = time.thread_time()
    reason_of(text.encode("utf-8", "surrogatepass"))
    assert time.thread_time() - begin < 0.1


@pytest.mark.spec("O-1")
def test_a_certificate_is_read_with_and_without_its_lines():
    assert read_certificate(certificate()) == read_certificate("".join(certificate().splitlines()[1:-1]))
