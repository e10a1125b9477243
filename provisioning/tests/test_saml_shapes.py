"""Answers as Okta, Entra ID, AD FS, Keycloak and Google write them, signed and encrypted in their ways (O-1)."""

from copy import deepcopy

import pytest
import xmlsec
from lxml import etree

from provisioning.models import SsoRequest
from provisioning.services.saml_answers import store_answer
from provisioning.sso.profile import SsoError
from provisioning.sso.saml.validation import read_answer
from provisioning.tests.saml_messages import ACS, ENTITY, ISSUER, NS, Facts, at, encrypt, good, key_pair
from provisioning.tests.saml_provider import make_provider, start
from teamadmin.testing.parallel import run_in_parallel

XS = 'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
ENC = "http://www.w3.org/2001/04/xmlenc#"


@pytest.fixture
def provider(cast):
    return make_provider(cast)


def sign_like(element: etree._Element, *, prefixes: list[str] | None = None, key_value: bool = False) -> None:
    """Sign with the prefix "ds" or "dsig", inclusive prefixes and key values, on lines of its own."""
    xmlsec.tree.add_ids(element.getroottree().getroot(), ["ID"])
    name = "dsig" if key_value else "ds"
    signature = xmlsec.template.create(element, xmlsec.Transform.EXCL_C14N, xmlsec.Transform.RSA_SHA256, ns=name)
    element.insert(1, signature)
    reference = xmlsec.template.add_reference(signature, xmlsec.Transform.SHA256, uri="#" + element.get("ID"))
    xmlsec.template.add_transform(reference, xmlsec.Transform.ENVELOPED)
    exclusive = xmlsec.template.add_transform(reference, xmlsec.Transform.EXCL_C14N)
    if prefixes:
        xmlsec.template.transform_add_c14n_inclusive_namespaces(exclusive, prefixes)
    info = xmlsec.template.ensure_key_info(signature)
    if key_value:
        xmlsec.template.add_key_name(info)
    xmlsec.template.add_x509_data(info)
    if key_value:
        value = etree.SubElement(etree.SubElement(info, f"{{{NS['ds']}}}KeyValue"), f"{{{NS['ds']}}}RSAKeyValue")
        for part in ("Modulus", "Exponent"):
            etree.SubElement(value, f"{{{NS['ds']}}}{part}").text = "AQAB"
    signature.tail = "\n    "
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(key_pair()[0], xmlsec.KeyFormat.PEM)
    context.key.load_cert_from_memory(key_pair()[1].encode(), xmlsec.KeyFormat.PEM)
    context.sign(signature)


def okta() -> etree._Element:
    """Prefixes saml2 and saml2p, a prefix that is declared outside of what is signed, two signatures."""
    root = etree.fromstring(
        f"""<saml2p:Response xmlns:saml2p="{NS["samlp"]}" Destination="{ACS}" ID="id1" InResponseTo="_request"
 IssueInstant="{at(-1)}" Version="2.0" {XS}><saml2:Issuer xmlns:saml2="{NS["saml"]}"
 Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity">{ISSUER}</saml2:Issuer>
<saml2p:Status><saml2p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></saml2p:Status>
<saml2:Assertion xmlns:saml2="{NS["saml"]}" ID="id2" IssueInstant="{at(-1)}" Version="2.0">
<saml2:Issuer Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity">{ISSUER}</saml2:Issuer>
<saml2:Subject><saml2:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified">00u1</saml2:NameID>
<saml2:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml2:SubjectConfirmationData
 InResponseTo="_request" NotOnOrAfter="{at(300)}" Recipient="{ACS}"/></saml2:SubjectConfirmation></saml2:Subject>
<saml2:Conditions NotBefore="{at(-300)}" NotOnOrAfter="{at(300)}"><saml2:AudienceRestriction>
<saml2:Audience>{ENTITY}</saml2:Audience></saml2:AudienceRestriction></saml2:Conditions>
<saml2:AuthnStatement AuthnInstant="{at(-9)}" SessionIndex="_s"><saml2:AuthnContext><saml2:AuthnContextClassRef>
urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml2:AuthnContextClassRef></saml2:AuthnContext>
</saml2:AuthnStatement><saml2:AttributeStatement><saml2:Attribute Name="email"
 NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified"><saml2:AttributeValue
 xsi:type="xs:string">olga@acme.example</saml2:AttributeValue></saml2:Attribute></saml2:AttributeStatement>
</saml2:Assertion></saml2p:Response>"""
    )
    sign_like(root.find("{*}Assertion"), prefixes=["xs"])
    sign_like(root, prefixes=["xs"])
    return root


def entra() -> etree._Element:
    """No prefix for the assertion, seven digits of a second, claims, only the assertion is signed."""
    instant = at(-1).replace("Z", "0000Z")
    root = etree.fromstring(
        f"""<samlp:Response ID="_r" Version="2.0" IssueInstant="{instant}" Destination="{ACS}" InResponseTo="_request"
 xmlns:samlp="{NS["samlp"]}"><Issuer xmlns="{NS["saml"]}">{ISSUER}</Issuer><samlp:Status><samlp:StatusCode
 Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status><Assertion ID="_a" IssueInstant="{instant}"
 Version="2.0" xmlns="{NS["saml"]}"><Issuer>{ISSUER}</Issuer><Subject><NameID
 Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">Olga@acme.example</NameID><SubjectConfirmation
 Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><SubjectConfirmationData InResponseTo="_request"
 NotOnOrAfter="{at(3600)}" Recipient="{ACS}"/></SubjectConfirmation></Subject><Conditions NotBefore="{at(-300)}"
 NotOnOrAfter="{at(3600)}"><AudienceRestriction><Audience>{ENTITY}</Audience></AudienceRestriction></Conditions>
<AttributeStatement><Attribute Name="http://schemas.microsoft.com/identity/claims/tenantid"><AttributeValue>t
</AttributeValue></Attribute><Attribute Name="http://schemas.microsoft.com/claims/authnmethodsreferences">
<AttributeValue>http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password</AttributeValue>
<AttributeValue>http://schemas.microsoft.com/claims/multipleauthn</AttributeValue></Attribute>
<Attribute Name="{CLAIMS}emailaddress"><AttributeValue>olga@acme.example</AttributeValue></Attribute>
</AttributeStatement><AuthnStatement AuthnInstant="{at(-3000)}" SessionIndex="_a"><AuthnContext>
<AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</AuthnContextClassRef></AuthnContext>
</AuthnStatement></Assertion></samlp:Response>"""
    )
    sign_like(root.find("{*}Assertion"))
    return root


def adfs() -> etree._Element:
    """An attribute of another namespace, and a Consent."""
    root = etree.fromstring(etree.tostring(entra()))
    assertion = root.find("{*}Assertion")
    assertion.remove(assertion.find("{*}Signature"))
    root.set("Consent", "urn:oasis:names:tc:SAML:2.0:consent:unspecified")
    attribute = assertion.find(".//{*}Attribute")
    attribute.set("{http://schemas.xmlsoap.org/ws/2009/09/identity/claims}OriginalIssuer", "https://idp.example/")
    sign_like(assertion)
    return root


def keycloak() -> etree._Element:
    """The key as a value and by name, prefix dsig, roles in attributes of one name, only the response is signed."""
    root = good(Facts())
    assertion = root.find("{*}Assertion")
    assertion.remove(assertion.find("{*}Signature"))
    statement = assertion.find("{*}AttributeStatement")
    for role in ("manage-account", "view-profile"):
        attribute = etree.SubElement(statement, f"{{{NS['saml']}}}Attribute", Name="Role", FriendlyName="Role")
        etree.SubElement(attribute, f"{{{NS['saml']}}}AttributeValue").text = role
    sign_like(root, key_value=True)
    return root


@pytest.mark.spec("O-1")
@pytest.mark.parametrize(
    ("make", "subject", "mfa"),
    [
        (okta, "00u1", False),
        (entra, "olga@acme.example", True),
        (adfs, "olga@acme.example", True),
        (keycloak, "olga-at-idp", False),
    ],
)
def test_answers_in_the_shape_of_known_products_are_accepted(provider, make, subject, mfa):
    profile = read_answer(provider, etree.tostring(make())).profile
    assert (profile.subject, profile.email, profile.mfa) == (subject, "olga@acme.example", mfa)


@pytest.mark.spec("O-1")
def test_repeated_attributes_that_no_field_uses_are_one(provider):
    profile = read_answer(provider, etree.tostring(keycloak())).profile
    assert profile.attributes["Role"] == "manage-account, view-profile"


def beside(document: etree._Element) -> etree._Element:
    """Move the encrypted key beside the data, as Okta and Shibboleth do."""
    document = deepcopy(document)
    sealed = document.find("saml:EncryptedAssertion", NS)
    info = sealed.find("xenc:EncryptedData/ds:KeyInfo", NS)
    key = info.find("xenc:EncryptedKey", NS)
    key.set("Id", "_key")
    sealed.append(key)
    retrieval = etree.SubElement(info, f"{{{NS['ds']}}}RetrievalMethod", URI="#_key")
    retrieval.set("Type", f"{ENC}EncryptedKey")
    return document


@pytest.mark.spec("O-1")
def test_the_encrypted_key_may_be_beside_the_data(provider):
    document = beside(encrypt(good(), provider.sp_certificate))
    assert read_answer(provider, etree.tostring(document)).profile.subject == "olga-at-idp"
    document.find(".//ds:RetrievalMethod", NS).set("URI", "#_another")
    with pytest.raises(SsoError):
        read_answer(provider, etree.tostring(document))


@pytest.mark.spec("O-1")
def test_an_encrypted_assertion_may_use_prefixes_from_around_it(provider):
    """XML Encryption 4.5: programs around xmlsec1 don't declare them again."""
    for make in (okta, entra):
        root = make()
        if root.find("{*}Signature") is not None:
            root.remove(root.find("{*}Signature"))
        document = encrypt(root, provider.sp_certificate)
        assert read_answer(provider, etree.tostring(document)).profile.email == "olga@acme.example"


@pytest.mark.spec("O-1")
def test_of_answers_at_once_to_one_request_one_counts(live_cast):
    provider = make_provider(live_cast)
    answer = read_answer(provider, etree.tostring(good(Facts(request_id=start(live_cast.client())))))
    results = run_in_parallel(6, lambda _number: store_answer(identity_provider=provider, answer=answer))
    assert sorted(type(each).__name__ for each in results) == ["SsoError"] * 5 + ["SsoRequest"]
    assert SsoRequest.objects.get().answer
