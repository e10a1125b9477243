"""Requests to a SAML identity provider, and our metadata."""

import base64
import zlib
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

from provisioning.models import IdentityProvider, SsoPurpose
from provisioning.services.sso_requests import start_request
from provisioning.sso.saml.requests import POST, authorization_url

ACS = "http://testserver/sso/acme/acs/"


@pytest.fixture
def provider(cast):
    return IdentityProvider.objects.create(
        organization=cast.acme,
        protocol="saml",
        provider="saml",
        issuer="https://idp.example/metadata",
        sso_url="https://idp.example/sso?tenant=acme",
        is_enabled=True,
    )


def start(provider, **options):
    started = start_request(identity_provider=provider, browser="b" * 32, purpose=SsoPurpose.SIGN_IN)
    url = authorization_url(provider, started, **options)
    return started, url, parse_qs(urlsplit(url).query)


def read_request(query):
    return etree.fromstring(zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), wbits=-15))


@pytest.mark.spec("O-1")
def test_the_browser_is_sent_to_the_provider_with_a_request(provider):
    started, url, query = start(provider)
    request = read_request(query)
    assert url.startswith("https://idp.example/sso?tenant=acme&SAMLRequest=")
    assert request.get("ID") == started.state and request.get("AssertionConsumerServiceURL") == ACS
    assert request.get("Destination") == provider.sso_url and request.get("ForceAuthn") is None
    assert request[0].text == "http://testserver/sso/acme/metadata/"
    assert "RelayState" not in query


@pytest.mark.spec("O-1")
def test_a_request_is_signed_with_the_key_of_our_metadata(provider, cast):
    _started, url, query = start(provider)
    metadata = etree.fromstring(cast.client().get("/sso/acme/metadata/").content)
    certificate = metadata.findtext(".//{*}X509Certificate")
    key = x509.load_der_x509_certificate(base64.b64decode(certificate)).public_key()
    covered = url.partition("&SAMLRequest=")[2].partition("&Signature=")[0]
    signature = base64.b64decode(query["Signature"][0])
    key.verify(signature, f"SAMLRequest={covered}".encode(), padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.spec("O-1")
def test_a_fresh_sign_in_asks_for_the_password_again(provider):
    assert read_request(start(provider, force=True)[2]).get("ForceAuthn") == "true"


@pytest.mark.spec("O-1")
def test_our_metadata_follows_the_schema_and_names_this_organization(provider, cast):
    response = cast.client().get("/sso/acme/metadata/")
    assert response["Content-Type"].startswith("application/samlmetadata+xml")
    root = OneLogin_Saml2_XML.validate_xml(response.content, "saml-schema-metadata-2.0.xsd")
    assert not isinstance(root, str), root
    assert root.get("entityID") == "http://testserver/sso/acme/metadata/"
    assert root.find(".//{*}AssertionConsumerService").get("Location") == ACS
    assert {each.get("use") for each in root.iter("{*}KeyDescriptor")} == {"signing", "encryption"}
    assert {each.get("Location") for each in root.iter("{*}SingleLogoutService")} == {"http://testserver/sso/acme/slo/"}
    assert cast.client().get("/sso/acme/metadata/").content == response.content  # the key pair stays
    assert b"PRIVATE" not in response.content


@pytest.mark.spec("O-1")
def test_each_organization_has_its_own_key(provider, cast):
    IdentityProvider.objects.create(organization=cast.globex, protocol="saml", provider="saml")
    acme, globex = (cast.client().get(f"/sso/{slug}/metadata/").content for slug in ("acme", "globex"))
    assert etree.fromstring(acme).findtext(".//{*}X509Certificate") not in globex.decode()


@pytest.mark.spec("O-1")
def test_an_openid_provider_has_no_saml_addresses(cast):
    IdentityProvider.objects.create(organization=cast.acme, protocol="oidc")
    assert cast.client().get("/sso/acme/metadata/").status_code == 404
    assert cast.client().post("/sso/acme/acs/").status_code == 404


@pytest.mark.spec("O-1")
def test_a_provider_that_takes_only_forms_gets_one(provider, cast):
    """Its origin is allowed as the target of this one form; everywhere else forms stay on this site."""
    provider.metadata = {"sso_binding": POST}
    provider.save()
    started, url, _query = start(provider, force=True)
    response = cast.client().get(url)
    policy = response["Content-Security-Policy"]
    assert "form-action 'self' https://idp.example" in policy
    assert "idp.example" not in cast.client().get("/accounts/login/")["Content-Security-Policy"]
    document = etree.HTML(response.content)
    assert document.xpath("//form[@action='https://idp.example/sso?tenant=acme']")
    message = base64.b64decode(document.xpath("//input[@name='SAMLRequest']/@value")[0])
    root = OneLogin_Saml2_XML.validate_xml(message, "saml-schema-protocol-2.0.xsd")
    assert root.get("ID") == started.state and root.get("ForceAuthn") == "true"
    assert root.find("{*}Signature") is not None
    unknown = cast.client().get("/sso/acme/request/?state=_unknown")
    assert unknown.status_code == 400 and b"SAMLRequest" not in unknown.content
