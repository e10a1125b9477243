"""Signing in with a SAML identity provider (O-1)."""

from dataclasses import replace

import pytest
import xmlsec

from accounts.services.sign_in import SignIns
from provisioning.models import IdentityProvider, SsoLogin, SsoRequest
from provisioning.sso.profile import SsoError, SsoProfile
from provisioning.sso.saml.validation import read_answer
from provisioning.tests import saml_messages as saml
from provisioning.tests.saml_messages import Facts, encrypt, good, key_pair, sign, unsigned
from provisioning.tests.saml_provider import is_signed_in, make_provider, post, start

T = xmlsec.Transform


@pytest.fixture
def provider(cast):
    return make_provider(cast)


def bytes_of(document):
    return saml.etree.tostring(document)


def read(provider, document) -> SsoProfile:
    return read_answer(provider, bytes_of(document)).profile


@pytest.mark.spec("O-1")
@pytest.mark.parametrize("how", ["assertion", "response", "both"])
def test_a_signed_answer_opens_the_organization(provider, cast, how):
    client = cast.client()
    answer = post(good(Facts(request_id=start(client, "/sso/acme/?next=/o/acme/groups/")), how))
    assert answer.status_code == 303 and answer["Location"].startswith("/sso/acme/complete/?state=")
    assert not answer.cookies
    response = client.get(answer["Location"])
    assert response["Location"] == "/o/acme/groups/"
    assert is_signed_in(client)
    signed_in = SignIns.of(client.session)
    assert not signed_in.own and signed_in.sso[str(cast.acme.pk)].sid == "_session-1"
    assert SsoLogin.objects.get().sid == "_session-1"
    assert SsoRequest.objects.get().answer is None  # personal values don't stay


@pytest.mark.spec("O-1")
@pytest.mark.parametrize("how", ["assertion", "response", "both"])
@pytest.mark.parametrize(
    ("cipher", "bits"), [(T.AES256_GCM, 256), (T.AES128_GCM, 128), (T.AES256, 256), (T.AES128, 128)]
)
def test_an_encrypted_assertion_is_accepted(provider, how, cipher, bits):
    """The signatures are made before encryption, or after it for the response."""
    document = good(how="assertion" if how == "both" else how) if how != "response" else unsigned()
    document = encrypt(document, provider.sp_certificate, cipher=cipher, bits=bits)
    if how != "assertion":
        sign(document)
    assert read(provider, document).subject == "olga-at-idp"


@pytest.mark.spec("O-1")
def test_an_encrypted_answer_opens_the_organization(provider, cast):
    client = cast.client()
    answer = post(encrypt(good(Facts(request_id=start(client))), provider.sp_certificate))
    client.get(answer["Location"])
    assert is_signed_in(client)


@pytest.mark.spec("O-1")
def test_the_profile_has_the_names_the_factor_and_what_was_checked(provider):
    profile = read(provider, good(Facts(context="https://refeds.org/profile/mfa")))
    assert (profile.email, profile.first_name, profile.last_name) == ("olga@acme.example", "Olga", "Idp")
    assert profile.mfa and profile.sid == "_session-1" and profile.issuer == saml.ISSUER
    assert profile.used == {"NameID": "subject", "email": "email", "firstName": "first_name", "lastName": "last_name"}
    assert list(profile.attributes) == ["NameID", "email", "firstName", "lastName"]
    assert all(check.passed for check in profile.checks)
    names = {check.name for check in profile.checks}
    assert names >= {"Status", "Signature", "Issuer", "Audience", "Recipient", "Request", "Time", "NameID"}
    assert not read(provider, good()).mfa


@pytest.mark.spec("O-1")
@pytest.mark.parametrize(
    "names",
    [
        ("urn:oid:0.9.2342.19200300.100.1.3", "urn:oid:2.5.4.42", "urn:oid:2.5.4.4"),
        tuple(
            "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/" + name
            for name in ("emailaddress", "givenname", "surname")
        ),
        ("mail", "givenName", "sn"),
        ("email", "first_name", "last_name"),
    ],
)
def test_the_usual_names_of_attributes_are_known(provider, names):
    attributes = dict(zip(names, (("kim@acme.example",), ("Kim",), ("Ito",)), strict=True))
    profile = read(provider, good(Facts(attributes=attributes)))
    assert (profile.email, profile.first_name, profile.last_name) == ("kim@acme.example", "Kim", "Ito")


@pytest.mark.spec("O-1")
def test_the_names_in_the_settings_come_first(provider):
    provider.email_attribute = "workEmail"
    facts = Facts(attributes={"email": ("private@home.example",), "workEmail": (" Kim@Acme.Example ",)})
    assert read(provider, good(facts)).email == "kim@acme.example"
    assert read(provider, good(replace(facts, attributes={"email": ("private@home.example",)}))).email == ""


@pytest.mark.spec("O-1")
def test_entra_names_the_second_factor_in_an_attribute(provider):
    methods = ("http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/password",)
    name = "http://schemas.microsoft.com/claims/authnmethodsreferences"
    assert not read(provider, good(Facts(attributes={name: methods}))).mfa
    methods = (*methods, "http://schemas.microsoft.com/claims/multipleauthn")
    assert read(provider, good(Facts(attributes={name: methods}))).mfa


@pytest.mark.spec("O-3")
@pytest.mark.parametrize("text", ["Olga@Acme.Example", " olga@ACME.example\n"])
def test_an_email_address_as_subject_is_the_same_in_any_case(provider, text):
    assert read(provider, good(Facts(name_id=text))).subject == "olga@acme.example"


@pytest.mark.spec("O-3")
def test_any_other_subject_stays_as_it_was_sent(provider):
    profile = read(provider, good(Facts(name_id=" aB3/x=\n", attributes={"email": ("a@b.example",)})))
    assert profile.subject == "aB3/x=" and profile.email == "a@b.example"


@pytest.mark.spec("O-1")
def test_both_certificates_work_while_the_provider_rotates_them(provider):
    provider.certificates = [key_pair("old")[1], key_pair("ec", "ec")[1], key_pair()[1]]
    for key, method in ((key_pair()[0], T.RSA_SHA512), (key_pair("old")[0], T.RSA_SHA384)):
        document = unsigned()
        sign(saml.assertion_of(document), key=key, method=method, digest=T.SHA512)
        assert read(provider, document).subject == "olga-at-idp"
    document = unsigned()
    sign(saml.assertion_of(document), key=key_pair("ec", "ec")[0], method=T.ECDSA_SHA256)
    assert read(provider, document).subject == "olga-at-idp"


@pytest.mark.spec("O-1")
@pytest.mark.parametrize(
    ("facts", "accepted"),
    [
        (Facts(not_before=50), True),
        (Facts(not_before=75), False),
        (Facts(not_on_or_after=-50), True),
        (Facts(not_on_or_after=-75), False),
        (Facts(session_until=-75), False),
        (Facts(confirmed_until=-75), False),
        (Facts(confirmed_until=None), False),
    ],
)
def test_clocks_may_differ_by_a_minute(provider, facts, accepted):
    if accepted:
        assert read(provider, good(facts)).subject
        return
    with pytest.raises(SsoError) as caught:
        read(provider, good(facts))
    assert caught.value.code == "time"
    assert not caught.value.checks[-1].passed


@pytest.mark.spec("O-1")
def test_an_answer_works_once(provider, cast, settings):
    client = cast.client()
    document = good(Facts(request_id=start(client)))
    answer = post(document)
    again = post(document)
    assert again.status_code == 400 and "already used" in again.content.decode()
    assert client.get(answer["Location"]).status_code == 302
    session = client.session.session_key
    again = client.get(answer["Location"])
    assert again["Location"] == "/o/acme/" and client.session.session_key == session  # a second click
    client.cookies.pop(settings.SESSION_COOKIE_NAME)
    assert client.get(answer["Location"]).status_code == 400
    assert post(document).status_code == 400


@pytest.mark.spec("O-1")
def test_only_the_browser_that_started_gets_the_session(provider, cast):
    """Login CSRF: nobody can be signed in to an attacker's account."""
    attacker, victim = cast.client(), cast.client()
    answer = post(good(Facts(request_id=start(attacker))))
    start(victim)
    response = victim.get(answer["Location"])
    assert response.status_code == 400 and "another browser" in response.content.decode()
    assert not is_signed_in(victim)
    assert not is_signed_in(cast.client())
    attacker.get(answer["Location"])
    assert is_signed_in(attacker)


@pytest.mark.spec("O-1")
def test_a_sign_in_that_did_not_start_here_can_be_started_again(provider, cast):
    for request_id in ("", "_made-up"):
        response = post(good(Facts(request_id=request_id)))
        assert response.status_code == 400
        assert 'href="/sso/acme/"' in response.content.decode()
        assert SsoRequest.objects.count() == 0


@pytest.mark.spec("O-1")
def test_where_to_go_next_is_never_read_from_the_answer(provider, cast):
    """THREATS 29 and 47: RelayState is ignored."""
    client = cast.client()
    answer = post(good(Facts(request_id=start(client))), RelayState="https://evil.example/", next="//evil.example/")
    assert client.get(answer["Location"] + "&next=//evil.example/")["Location"] == "/o/acme/"


@pytest.mark.spec("O-1")
def test_the_page_to_finish_shows_nothing_before_the_answer(provider, cast):
    client = cast.client()
    request_id = start(client)
    response = client.get(f"/sso/acme/complete/?state={request_id}")
    assert response.status_code == 400 and not is_signed_in(client)
    assert post(good(Facts(request_id=request_id))).status_code == 400  # it's used up


@pytest.mark.spec("O-3")
def test_the_answer_of_another_organization_opens_nothing(provider, cast):
    """Globex has the same provider with the same key: its answers stay its own."""
    make_provider(cast, cast.globex)
    client = cast.client()
    request_id = start(client, "/sso/globex/")
    globex = {"recipient": saml.ACS.replace("acme", "globex"), "audiences": (saml.ENTITY.replace("acme", "globex"),)}
    facts = Facts(request_id=request_id, destination=globex["recipient"], **globex)
    assert post(good(facts)).status_code == 400
    assert post(good(facts), "/sso/globex/acs/").status_code == 303
    assert post(good(Facts(request_id=request_id)), "/sso/globex/acs/").status_code == 400


@pytest.mark.spec("S-7")
def test_a_fresh_sign_in_must_be_fresh_at_the_provider(provider, cast):
    client = cast.client()
    request_id = start(client)
    SsoRequest.objects.update(purpose="confirm")
    response = post(good(Facts(request_id=request_id, signed_in=-600)))
    assert response.status_code == 400 and "password again" in response.content.decode()
    assert post(good(Facts(request_id=request_id, signed_in=0))).status_code == 303


@pytest.mark.spec("O-1")
def test_settings_that_changed_meanwhile_end_the_sign_in(provider, cast):
    client = cast.client()
    answer = post(good(Facts(request_id=start(client))))
    IdentityProvider.objects.update(version=2)
    assert client.get(answer["Location"]).status_code == 400 and not is_signed_in(client)


@pytest.mark.spec("O-1")
def test_a_provider_that_refuses_is_named(provider, cast):
    status = "urn:oasis:names:tc:SAML:2.0:status:Responder"
    document = unsigned(Facts(request_id=start(cast.client()), status=status))
    document.remove(saml.assertion_of(document))
    response = post(document)
    assert response.status_code == 400 and "Your identity provider didn’t sign you in." in response.content.decode()


@pytest.mark.spec("O-1")
def test_a_lost_key_gives_an_error_page(provider, cast, settings):
    settings.ENCRYPTION_KEYS = ["another-key-" + "k" * 40]
    response = cast.client().get("/sso/acme/")
    assert response.status_code == 400 and "can’t be read" in response.content.decode()
    assert cast.client().get("/sso/acme/metadata/").status_code == 400


@pytest.mark.spec("O-1")
def test_single_sign_on_that_is_turned_off_meanwhile_opens_nothing(provider, cast):
    client = cast.client()
    answer = post(good(Facts(request_id=start(client))))
    IdentityProvider.objects.update(is_enabled=False)
    assert client.get(answer["Location"]).status_code == 400 and not is_signed_in(client)


@pytest.mark.spec("O-1")
def test_two_answers_at_once_open_one_session(provider, cast):
    """The same assertion in another response is the same answer."""
    client = cast.client()
    facts = Facts(request_id=start(client))
    first, second = good(facts), good(replace(facts, response_id="_response-2"))
    assert [post(first).status_code, post(second).status_code] == [303, 400]
