"""Pages for passkeys: the list, names, removal and the offer after sign-in (S-2, S-3, S-4)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django_otp_webauthn.models import WebAuthnCredential

from accounts.models import AuthenticatorApp, BackupCode, KnownBrowser, User
from accounts.policies import can_remove_factor
from accounts.tests.test_passkeys import actions
from organizations.models import Membership, Organization
from teamadmin.testing.authenticator import Authenticator, add_passkey, post, use_passkey
from teamadmin.testing.cast import PASSWORD, add_member
from teamadmin.testing.html import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.spec("S-2")]


@pytest.fixture
def client(cast) -> Client:
    """Bo, signed in."""
    return cast.client("bo")


@pytest.fixture
def passkey(client) -> Authenticator:
    """Bo's passkey."""
    return add_passkey(client)[0]


@pytest.mark.spec("S-4")
def test_the_list_shows_when_passkeys_were_added_and_used(client, passkey):
    WebAuthnCredential.objects.update(created_at=timezone.now().replace(year=2026, month=6, day=11))
    page = text_of(client.get("/accounts/passkeys/"))
    assert "Passkey Added June 11, 2026. Not used yet." in page
    WebAuthnCredential.objects.update(last_used_at=timezone.now() - timedelta(minutes=20))
    assert "Used 20m ago" in text_of(client.get("/accounts/passkeys/"))


@pytest.mark.spec("S-4")
def test_renaming_shows_errors_and_keeps_what_was_typed(cast, client, passkey):
    url = f"/accounts/passkeys/{WebAuthnCredential.objects.get().pk}/name/"
    for name, message in (("", "Enter a name."), ("a" * 65, "64"), ("Blue\u202ekey", "")):
        response = client.post(url, {"name": name})
        assert response.status_code == 422 and message in response.content.decode()
    assert client.post(url, {"name": "<b>Blue</b>", "next": "/o/acme/"})["Location"] == "/o/acme/"
    assert "&lt;b&gt;Blue&lt;/b&gt;" in client.get("/accounts/passkeys/").content.decode()
    row = client.post(url, {"name": "Blue key"}, headers={"HX-Request": "true"}).content.decode()
    assert "Blue key" in row and "<html" not in row
    assert actions(cast.bo.user)[-1] == "passkey.renamed"
    assert client.get(url, {"next": "//evil.example"}).context["next"] == "/accounts/passkeys/"


@pytest.mark.spec("S-4")
def test_removing_the_last_factor_removes_backup_codes_and_remembered_devices(cast, client, passkey):
    user, url = cast.bo.user, f"/accounts/passkeys/{WebAuthnCredential.objects.get().pk}/removal/"
    BackupCode.objects.create(user=user, code_hash="x")
    KnownBrowser.objects.create(user=user, token_hash="x", remembered_until=timezone.now())
    page = text_of(client.get(url))
    assert "Remove Passkey?" in page and "two-factor authentication will be off" in page
    assert client.post(url, {"next": "/o/acme/"})["Location"] == "/o/acme/"
    assert not BackupCode.objects.exists() and not KnownBrowser.objects.exclude(remembered_until=None)
    assert actions(user)[-2:] == ["passkey.removed", "two_factor.disabled"]
    assert not Membership.objects.get(pk=cast.bo.pk).two_factor
    assert client.post(url).status_code == 404
    assert use_passkey(Client(), passkey).json()["code"] == "unknown"


@pytest.mark.spec("S-3")
def test_the_last_factor_stays_while_an_organization_requires_one(cast, client, passkey):
    Organization.objects.filter(pk=cast.acme.pk).update(require_two_factor="everyone")
    url = f"/accounts/passkeys/{WebAuthnCredential.objects.get().pk}/removal/"
    page = text_of(client.get(url))
    assert "two-factor authentication" in page and "Add another passkey" in page
    client.post(url)
    assert WebAuthnCredential.objects.count() == 1
    AuthenticatorApp.objects.create(user=cast.bo.user, name="App")
    client.post(url)
    assert not WebAuthnCredential.objects.exists() and "two_factor.disabled" not in actions(cast.bo.user)


@pytest.mark.spec("S-3", "S-6")
def test_any_organization_in_force_for_the_user_keeps_the_last_factor(cast, passkey):
    user = User.objects.get(pk=cast.bo.user_id)
    for rule, start, allowed in (
        ("admins", None, True),
        ("everyone", timezone.now() + timedelta(1), True),
        ("everyone", None, False),
    ):
        fields = {"require_two_factor": rule, "two_factor_required_from": start}
        Organization.objects.filter(pk=cast.acme.pk).update(**fields)
        assert bool(can_remove_factor(user)) is allowed
    Organization.objects.update(require_two_factor="no_one")
    add_member(cast.globex, user, "billing")
    assert can_remove_factor(user)
    Organization.objects.filter(pk=cast.globex.pk).update(require_two_factor="everyone")
    assert not can_remove_factor(user)


@pytest.mark.spec("A-5")
def test_others_passkeys_are_not_found(cast, passkey):
    for path in ("name", "removal"):
        for method in ("get", "post"):
            url = f"/accounts/passkeys/{WebAuthnCredential.objects.get().pk}/{path}/"
            assert getattr(cast.client("opal"), method)(url, {"name": "Mine"}).status_code == 404
    assert cast.client("opal").get("/accounts/passkeys/99999999999999999999/name/").status_code == 404


def test_the_browser_learns_which_passkeys_still_work(cast, client, passkey):
    signal = client.get("/accounts/passkeys/signal/").json()
    options = post(client, "/accounts/passkeys/registration/options/").json()
    assert signal["rpId"] == "testserver" and signal["userId"] == options["user"]["id"]
    assert signal["allAcceptedCredentialIds"] == [options["excludeCredentials"][0]["id"]]
    WebAuthnCredential.objects.all().delete()
    assert client.get("/accounts/passkeys/signal/").json()["allAcceptedCredentialIds"] == []


def sign_in(user: User) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return client


OFFER = "Sign in without a password next time"


def is_offered(client: Client) -> bool:
    return OFFER in client.get("/o/acme/").content.decode()


def test_a_passkey_is_offered_after_a_password_but_not_at_the_first_sign_in(cast):
    assert not is_offered(sign_in(cast.bo.user))
    client = sign_in(cast.bo.user)
    assert is_offered(client) and not is_offered(sign_in(cast.bo.user))
    client.post("/accounts/passkeys/offer/dismissal/", {"next": "/o/acme/"})
    assert not is_offered(client)
    User.objects.update(passkey_offered_at=timezone.now() - timedelta(days=31))
    again = sign_in(cast.bo.user)
    assert is_offered(again)
    again.post("/accounts/passkeys/offer/dismissal/", {"forever": "1"})
    User.objects.update(passkey_offered_at=timezone.now() - timedelta(days=31))
    assert not is_offered(again) and not is_offered(sign_in(cast.bo.user))


def test_a_passkey_is_not_offered_to_users_who_have_or_used_one(cast, passkey):
    visitor = Client()
    use_passkey(visitor, passkey)
    WebAuthnCredential.objects.all().delete()
    assert not is_offered(visitor)
    offered = sign_in(cast.bo.user)
    assert is_offered(offered)
    add_passkey(offered)
    assert not is_offered(offered)
