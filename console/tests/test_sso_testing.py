"""Setting up and testing single sign-on with a real OpenID provider: by an Admin, and through a setup link."""

import pytest
from django.test import Client

from accounts.models import Session, User
from audit.models import Entry
from console.sso.seen import Seen
from provisioning.models import ExternalIdentity, IdentityProvider, SetupIntent, SetupLink, SsoTest
from provisioning.services.setup_links import create_setup_link
from provisioning.tests.oidc import op
from provisioning.tests.openid_provider import CLIENT_ID, SECRET
from provisioning.tests.saml_peer import Peer
from provisioning.tests.saml_provider import post
from teamadmin.testing.html import text_of

__all__ = ["op"]
URL = "/o/acme/security/single-sign-on/"


def save(client: Client, base: str, step: str, **values):
    seen = Seen.of(IdentityProvider.objects.filter(organization__slug="acme").first())
    return client.post(f"{base}{step}/", {"as_seen": seen.to_json(), **values})


def set_up(client: Client, base: str, op, **changes):
    """Enter everything that the provider shows. Return the response to the last step."""
    save(client, base, "provider", provider="oidc", protocol="oidc")
    values = {"discovery_url": op.url, "client_id": CLIENT_ID, "client_secret": SECRET}
    return save(client, base, "connection", **values | changes)


def run_test(client: Client, base: str, op):
    """Go to the provider and back. Return the page of the result."""
    sent = client.get(f"{base}tests/new/")
    assert sent.status_code == 302 and sent["Location"].startswith(op.url), text_of(sent)
    back = client.get(op.redirect(sent["Location"]))
    assert back.status_code == 302 and back["Location"].startswith(f"{base}tests/"), text_of(back)
    return client.get(back["Location"])


@pytest.fixture
def link(cast) -> tuple[Client, str]:
    """A browser that has opened a setup link for single sign-on, and the URL of its page."""
    row, token = create_setup_link(actor=cast.olga, intent=SetupIntent.SSO)
    client = Client()
    assert client.get(f"/setup/{token}/").status_code == 302
    base = client.get(f"/setup/{row.pk}/")["Location"]
    return client, base


@pytest.mark.spec("O-1")
def test_an_admin_sets_up_and_tests_a_real_provider(cast, op):
    client = cast.client("olga")
    assert set_up(client, URL, op).status_code == 302
    before = (Session.objects.count(), User.objects.count(), dict(client.session.items()))
    op.userinfo = {"sub": "someone"}
    op.claims = {"sub": "someone", "email": "olga@acme.example", "given_name": "Olga", "family_name": "M"}
    page = text_of(run_test(client, URL, op))
    assert "The test passed" in page and "signed you in as olga@acme.example" in page
    assert "Signature" in page and "isn’t a verified domain of Acme" in page
    assert before == (Session.objects.count(), User.objects.count(), dict(client.session.items()))
    assert not ExternalIdentity.objects.exists() and not IdentityProvider.objects.get().is_enabled
    assert SECRET not in page and SECRET not in str(list(Entry.objects.values_list("data", "target_label")))


@pytest.mark.spec("O-1")
def test_a_wrong_secret_fails_the_test_with_the_reason(cast, op):
    client = cast.client("olga")
    set_up(client, URL, op, client_secret="wrong")
    page = text_of(run_test(client, URL, op))
    assert "The test failed" in page and "Test again" in page
    test = SsoTest.objects.get()
    assert not test.passed and test.result["reason"] in page and test.result["fix"] in page
    assert Entry.objects.filter(action="sso.test_failed").count() == 1


def test_an_answer_in_another_browser_is_no_test(cast, op):
    client = cast.client("olga")
    set_up(client, URL, op)
    url = op.redirect(client.get(f"{URL}tests/new/")["Location"])
    assert Client().get(url).status_code == 400 and not SsoTest.objects.exists()
    first, second = client.get(url), client.get(url)
    assert first.status_code == 302 and second.status_code == 400 and SsoTest.objects.count() == 1


@pytest.mark.spec("O-1")
def test_an_admin_sets_up_and_tests_a_real_saml_provider(cast, tmp_path):
    peer, client = Peer("https://idp.example", tmp_path), cast.client("olga")
    save(client, URL, "provider", provider="saml", protocol="saml")
    assert save(client, URL, "connection", metadata_xml=peer.metadata).status_code == 302
    peer.trust(Client().get("/sso/acme/metadata/").content.decode())
    sessions = Session.objects.count()
    _target, document = peer.answer(client.get(f"{URL}tests/new/")["Location"])
    complete = post(document.encode())
    result = client.get(complete["Location"])["Location"]
    page = text_of(client.get(result))
    assert "The test passed" in page and "signed you in as olga@acme.example" in page and "Identity" in page
    assert "olga-at-idp" not in client.get(result).content.decode(), "the subject is masked"
    assert Session.objects.count() == sessions and not ExternalIdentity.objects.exists()


@pytest.mark.spec("O-6")
def test_a_setup_link_sets_up_and_tests_but_does_not_turn_on(link, op, cast):
    client, base = link
    page = text_of(client.get(base))
    assert "Choose your provider" in page and "Turn it on" not in page and "Delete" not in page
    assert set_up(client, base, op).status_code == 302
    assert "tests/new/" in client.get(base).content.decode()
    assert "The test passed" in text_of(run_test(client, base, op))
    provider = IdentityProvider.objects.get(organization=cast.acme)
    assert provider.issuer == op.url and not provider.is_enabled
    actors = set(Entry.objects.filter(action__startswith="sso.").values_list("actor_label", flat=True))
    assert actors == {f"setup link of {cast.olga.name}"}
    assert client.post(f"{base}mode/", {"mode": "optional"}).status_code == 404


@pytest.mark.spec("O-6")
def test_a_setup_link_cannot_change_a_provider_that_is_turned_on(link, op):
    client, base = link
    set_up(client, base, op)
    IdentityProvider.objects.update(is_enabled=True)
    page = text_of(client.get(base))
    assert "Single sign-on is turned on." in page
    assert save(client, base, "attributes", email_attribute="upn").status_code == 403
    assert IdentityProvider.objects.get().email_attribute == ""


@pytest.mark.spec("O-6")
def test_a_revoked_setup_link_saves_nothing_and_its_test_is_not_shown(link, op, cast):
    client, base = link
    set_up(client, base, op)
    back = op.redirect(client.get(f"{base}tests/new/")["Location"])
    SetupLink.objects.update(revoked_at=cast.olga.joined_at)
    assert save(client, base, "attributes", email_attribute="upn").status_code == 410
    assert client.get(back).status_code == 400 and not SsoTest.objects.exists()


@pytest.mark.spec("O-6")
def test_other_links_do_not_set_up_single_sign_on(cast, op):
    row, token = create_setup_link(actor=cast.olga, intent=SetupIntent.DOMAIN)
    client = Client()
    client.get(f"/setup/{token}/")
    assert client.get(f"/setup/{row.pk}/single-sign-on/").status_code == 404
    assert set_up(client, f"/setup/{row.pk}/single-sign-on/", op).status_code == 404
    assert not IdentityProvider.objects.exists()
