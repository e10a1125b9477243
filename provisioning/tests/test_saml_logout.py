"""Single logout: a SAML identity provider ends sessions (O-6, best effort)."""

import base64
import zlib
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from django.test import Client
from lxml import etree
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

from provisioning.models import IdentityProvider
from provisioning.sso.saml.requests import POST
from provisioning.tests.saml_messages import ISSUER, NS, PERSISTENT, Facts, at, good, key_pair, sign
from provisioning.tests.saml_provider import is_signed_in, make_provider, post, start

SLO = "http://testserver/sso/acme/slo/"
RSA = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


@pytest.fixture
def provider(cast):
    return make_provider(cast)


@pytest.fixture
def olga(provider, cast):
    """Olga's browser, signed in by the provider."""
    client = cast.client()
    client.get(post(good(Facts(request_id=start(client))))["Location"])
    assert is_signed_in(client)
    return client


@dataclass
class Request:
    """What a LogoutRequest says. `issued` is in seconds from now."""

    name_id: str = "olga-at-idp"
    sessions: tuple[str, ...] = ("_session-1",)
    issuer: str = ISSUER
    destination: str = SLO
    issued: float = -2
    ends: float = 60
    request_id: str = "_logout-1"

    def to_xml(self) -> etree._Element:
        sessions = "".join(f"<samlp:SessionIndex>{each}</samlp:SessionIndex>" for each in self.sessions)
        text = f"""<samlp:LogoutRequest xmlns:samlp="{NS["samlp"]}" xmlns:saml="{NS["saml"]}" ID="{self.request_id}"
 Version="2.0" IssueInstant="{at(self.issued)}" Destination="{self.destination}" NotOnOrAfter="{at(self.ends)}">
<saml:Issuer>{self.issuer}</saml:Issuer><saml:NameID Format="{PERSISTENT}">{self.name_id}</saml:NameID>{sessions}
</samlp:LogoutRequest>"""
        return etree.fromstring(text)


def redirect_query(request: Request, *, key: bytes | None = None, relay_state: str = "", algorithm: str = RSA) -> str:
    compressor = zlib.compressobj(wbits=-15)
    packed = compressor.compress(etree.tostring(request.to_xml())) + compressor.flush()
    values = {"SAMLRequest": base64.b64encode(packed).decode()}
    query = urlencode({**values, **({"RelayState": relay_state} if relay_state else {}), "SigAlg": algorithm})
    private = serialization.load_pem_private_key(key or key_pair()[0], None)
    signature = private.sign(query.encode(), padding.PKCS1v15(), hashes.SHA256())
    return query + "&" + urlencode({"Signature": base64.b64encode(signature).decode()})


def send(request: Request, **options):
    return Client().get("/sso/acme/slo/?" + redirect_query(request, **options))


def send_form(document, **fields):
    values = {"SAMLRequest": base64.b64encode(etree.tostring(document)).decode(), **fields}
    return Client().post("/sso/acme/slo/", values)


@pytest.mark.spec("O-6")
def test_a_signed_redirect_ends_the_session_and_is_answered(olga, provider):
    response = send(Request(), relay_state="a b&c")
    assert not is_signed_in(olga)
    parts = urlsplit(response["Location"])
    query = parse_qs(parts.query)
    assert response.status_code == 302 and parts.netloc == "idp.example" and query["RelayState"] == ["a b&c"]
    answer = zlib.decompress(base64.b64decode(query["SAMLResponse"][0]), wbits=-15)
    root = OneLogin_Saml2_XML.validate_xml(answer, "saml-schema-protocol-2.0.xsd")
    assert root.get("InResponseTo") == "_logout-1" and root.get("Destination") == provider.slo_url
    covered = parts.query.partition("&Signature=")[0]
    key = x509.load_pem_x509_certificate(provider.sp_certificate.encode()).public_key()
    key.verify(base64.b64decode(query["Signature"][0]), covered.encode(), padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.spec("O-6")
def test_a_signed_form_ends_the_session(olga):
    response = send_form(sign(Request().to_xml()))
    assert response.status_code == 302 and not is_signed_in(olga)


@pytest.mark.spec("O-6")
def test_a_request_without_a_session_ends_all_of_the_person(olga):
    send(Request(sessions=()))
    assert not is_signed_in(olga)


@pytest.mark.spec("O-6")
def test_a_provider_that_takes_only_forms_gets_its_answer_as_one(olga):
    IdentityProvider.objects.update(metadata={"slo_binding": POST})
    response = send(Request(), relay_state="back")
    document = etree.HTML(response.content)
    answer = base64.b64decode(document.xpath("//input[@name='SAMLResponse']/@value")[0])
    root = OneLogin_Saml2_XML.validate_xml(answer, "saml-schema-protocol-2.0.xsd")
    assert root.find("{*}Signature") is not None
    assert document.xpath("//input[@name='RelayState']/@value") == ["back"]
    assert "form-action 'self' https://idp.example" in response["Content-Security-Policy"]


@pytest.mark.spec("O-6")
def test_without_an_address_for_answers_a_page_says_so(olga):
    IdentityProvider.objects.update(slo_url="")
    assert send(Request())["Location"] == "/sso/acme/signed-out/"
    assert not is_signed_in(olga)


@pytest.mark.spec("O-6")
@pytest.mark.parametrize(
    "request_",
    [
        Request(name_id="someone-else"),
        Request(sessions=("_another",)),
        Request(issuer="https://other.example/metadata"),
        Request(destination="http://testserver/sso/globex/slo/"),
        Request(issued=-600),
        Request(issued=600),
        Request(ends=-120),
        Request(name_id=""),
    ],
)
def test_a_request_about_something_else_ends_nothing(olga, request_):
    assert send(request_).status_code in (302, 400)
    assert is_signed_in(olga)


@pytest.mark.spec("O-6")
def test_only_the_providers_signature_counts(olga):
    query = redirect_query(Request())
    form = Request().to_xml()
    changed = sign(Request(name_id="max-at-idp").to_xml())
    changed.find("saml:NameID", NS).text = "olga-at-idp"
    mallory = key_pair("mallory")[0]
    urls = [
        query.partition("&SigAlg=")[0],
        query.partition("&Signature=")[0],
        query + "A",
        query + "&SAMLRequest=x",
        query.replace("SAMLRequest=", "RelayState=x&SAMLRequest="),
        redirect_query(Request(), key=mallory),
        redirect_query(Request(), algorithm="http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
        "SAMLRequest=%%%&SigAlg=x&Signature=x",
    ]
    responses = [Client().get("/sso/acme/slo/?" + url) for url in urls]
    responses += [send_form(form), send_form(changed), send_form(sign(Request().to_xml(), key=mallory))]
    responses.append(send_form(good(Facts())))
    assert [response.status_code for response in responses] == [400] * len(responses)
    assert is_signed_in(olga)


@pytest.mark.spec("O-6")
def test_a_request_works_once(olga, cast):
    query = redirect_query(Request())
    assert Client().get("/sso/acme/slo/?" + query).status_code == 302
    again = cast.client()
    again.get(post(good(Facts(request_id=start(again))))["Location"])
    assert Client().get("/sso/acme/slo/?" + query).status_code == 400
    assert is_signed_in(again)


@pytest.mark.spec("O-6")
def test_a_small_request_that_grows_is_refused(olga):
    """A deflated megabyte has a thousand bytes."""
    packed = zlib.compressobj(wbits=-15)
    content = packed.compress(b" " * 50_000_000) + packed.flush()
    query = urlencode({"SAMLRequest": base64.b64encode(content).decode(), "SigAlg": RSA})
    private = serialization.load_pem_private_key(key_pair()[0], None)
    signature = private.sign(query.encode(), padding.PKCS1v15(), hashes.SHA256())
    query += "&" + urlencode({"Signature": base64.b64encode(signature).decode()})
    assert Client().get("/sso/acme/slo/?" + query).status_code == 400


@pytest.mark.spec("O-6")
def test_a_session_of_the_user_themselves_stays(olga, cast):
    own = cast.client("olga")
    send(Request())
    assert is_signed_in(own)
