"""Signing in with pysaml2 as the identity provider (O-1)."""

import pytest
from playwright.sync_api import Page, expect

from accounts.services.sign_in import SignIns
from provisioning.models import ExternalIdentity, IdentityProvider
from provisioning.sso.saml.metadata import parse_metadata
from provisioning.sso.saml.requests import POST
from provisioning.tests.saml_peer import Peer, serve
from provisioning.tests.saml_provider import is_signed_in, post

pytestmark = pytest.mark.spec("O-1")


def connect(cast, peer: Peer) -> IdentityProvider:
    """Exchange metadata, both ways."""
    found = parse_metadata(peer.metadata.encode())
    row = IdentityProvider.objects.create(
        organization=cast.acme,
        protocol="saml",
        provider="saml",
        issuer=found.issuer,
        sso_url=found.sso_url,
        certificates=found.certificates,
        is_enabled=True,
    )
    identity = {"organization": cast.acme, "issuer": found.issuer, "subject": "olga-at-idp"}
    ExternalIdentity.objects.create(**identity, user=cast.user("olga"))
    peer.trust(cast.client().get("/sso/acme/metadata/").content.decode())
    return row


@pytest.fixture
def peer(cast, tmp_path) -> Peer:
    peer = Peer("https://idp.example", tmp_path)
    connect(cast, peer)
    return peer


SIGNED = {
    "response": {"sign_assertion": False, "sign_response": True},
    "assertion": {"sign_assertion": True, "sign_response": False},
    "both": {"sign_assertion": True, "sign_response": True},
}


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
@pytest.mark.parametrize("how", SIGNED)
def test_answers_of_another_implementation_are_accepted(peer, cast, how, encrypted):
    peer.how = {**SIGNED[how], "encrypt_assertion": encrypted}
    client = cast.client()
    target, document = peer.answer(client.get("/sso/acme/?next=/o/acme/groups/")["Location"])
    assert target == "http://testserver/sso/acme/acs/"
    assert ("EncryptedAssertion" in document) == encrypted
    answer = post(document.encode())
    assert answer.status_code == 303, answer.content.decode()
    assert client.get(answer["Location"])["Location"] == "/o/acme/groups/"
    assert is_signed_in(client)
    assert SignIns.of(client.session).sso[str(cast.acme.pk)].mfa
    assert ExternalIdentity.objects.get().email == "olga@acme.example"


def test_an_unsigned_answer_of_another_implementation_is_refused(peer, cast):
    peer.how = {"sign_assertion": False, "sign_response": False}
    client = cast.client()
    _target, document = peer.answer(client.get("/sso/acme/")["Location"])
    assert post(document.encode()).status_code == 400


def test_another_implementation_refuses_a_request_that_was_changed(peer, cast):
    """Our signature is one: pysaml2 checks it with the certificate of our metadata."""
    url = cast.client().get("/sso/acme/")["Location"]
    changed = url.replace("Signature=", "Signature=AAAA")
    with pytest.raises(Exception, match="."):
        peer.answer(changed)


@pytest.mark.browser
def test_signing_in_through_two_sites_in_a_browser(live_server, live_cast, page: Page, tmp_path, settings):
    """The provider is another site, so its form comes without our cookies."""
    ours = live_server.url.replace("localhost", "127.0.0.1")
    settings.BASE_URL = ours
    with serve(tmp_path, "localhost") as peer:
        connect(live_cast, peer)
        page.goto(f"{ours}/sso/acme/?next=/o/acme/users/")
        assert page.url.startswith(peer.url)
        cookies = []
        page.on("request", lambda request: cookies.append((request.url, request.all_headers().get("cookie", ""))))
        page.get_by_role("button", name="Sign in as Olga").click()
        expect(page).to_have_url(f"{ours}/o/acme/users/")
        expect(page.get_by_role("heading", name="Users")).to_be_visible()
    sent = dict(reversed(cookies))
    assert settings.SSO_COOKIE_NAME not in sent[f"{ours}/sso/acme/acs/"]


@pytest.mark.browser
def test_a_provider_that_takes_only_forms_in_a_browser(live_server, live_cast, page: Page, axe, tmp_path, settings):
    """The Content Security Policy lets the form go to the provider, from this one page."""
    ours = live_server.url.replace("localhost", "127.0.0.1")
    settings.BASE_URL = ours
    with serve(tmp_path, "localhost") as peer:
        row = connect(live_cast, peer)
        IdentityProvider.objects.filter(pk=row.pk).update(metadata={"sso_binding": POST})
        page.goto(f"{ours}/sso/acme/?next=/o/acme/users/")
        expect(page.get_by_role("heading", name="Continue to your identity provider")).to_be_visible()
        axe(page)
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("button", name="Sign in as Olga").click()
        expect(page).to_have_url(f"{ours}/o/acme/users/")
