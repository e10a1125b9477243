"""Passkeys: adding, signing in without a password, as a second factor, naming and removing (S-2, S-3, S-4)."""

from datetime import timedelta

import pytest
from allauth.account.models import Login
from django.test import Client
from django.utils import timezone
from django_otp_webauthn.models import WebAuthnCredential

from accounts.models import AuthenticatorApp, BackupCode, KnownBrowser, Session, User
from accounts.policies import can_remove_factor
from accounts.services.sign_in import CONFIRMED_AT, SECOND_FACTOR
from accounts.sessions import hash_key
from accounts.views import passkey_ceremonies as ceremonies
from audit.models import Entry
from organizations.models import Membership, Organization, Status
from outbox.models import OutgoingEmail
from teamadmin.testing.authenticator import Authenticator, add_passkey, post, use_passkey
from teamadmin.testing.cast import PASSWORD, add_member
from teamadmin.testing.html import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.spec("S-2")]
BITWARDEN = bytes.fromhex("d548826e79b4db40a3d811116f7e8349")


def actions(user: User) -> list[str]:
    entries = Entry.objects.filter(organization_id=None, target_id=user.pk).order_by("pk")
    return [entry.action for entry in entries]


@pytest.fixture
def client(cast) -> Client:
    """Bo, signed in."""
    return cast.client("bo")


@pytest.fixture
def passkey(client) -> Authenticator:
    """Bo's passkey."""
    return add_passkey(client)[0]


def half_signed_in(user: User) -> Client:
    """Return a client whose user has entered the password and is asked for the second factor."""
    stages: dict = {stage: {"handled": True} for stage in ("login_by_code", "verify_phone", "verify_email")}
    client = Client()
    session = client.session
    session["account_login"] = Login(user=user, state={"stages": stages | {"current": "second_factor"}}).serialize()
    session.save()
    return client


def test_the_first_passkey_turns_on_two_factor_authentication(cast, client):
    _, response = add_passkey(client, Authenticator(aaguid=BITWARDEN))
    passkey = WebAuthnCredential.objects.get()
    assert (passkey.user, passkey.name, passkey.discoverable) == (cast.bo.user, "Bitwarden", True)
    assert response.json()["url"].startswith(f"/accounts/passkeys/{passkey.pk}/name/?next=")
    assert actions(cast.bo.user) == ["passkey.added", "two_factor.enabled"]
    member = Membership.objects.get(pk=cast.bo.pk)
    assert (member.two_factor, member.two_factor_method) == (True, "passkey")
    assert client.session[SECOND_FACTOR] == "passkey"
    assert OutgoingEmail.objects.filter(kind="accounts.security_notice").count() == 2
    add_passkey(client, Authenticator(aaguid=BITWARDEN))
    assert actions(cast.bo.user)[2:] == ["passkey.added"]
    assert [each.name for each in WebAuthnCredential.objects.order_by("pk")] == ["Bitwarden", "Bitwarden 2"]


def test_the_first_passkey_leads_to_backup_codes_and_then_back(client, monkeypatch):
    monkeypatch.setattr(ceremonies, "url_with_next", lambda name, target, *args: f"{name} > {target}")
    options = post(client, "/accounts/passkeys/registration/options/").json()
    data = {"credential": Authenticator().create(options), "next": "/o/acme/"}
    response = post(client, "/accounts/passkeys/registration/", data)
    assert response.json() == {"url": "passkey_name > backup_codes > /o/acme/"}
    assert add_passkey(client)[1].json() == {"url": "passkey_name > /"}


def test_options_ask_for_discoverable_passkeys_that_verify_the_user_and_exclude_others(client, passkey):
    options = post(client, "/accounts/passkeys/registration/options/").json()
    selection = options["authenticatorSelection"]
    assert (selection["residentKey"], selection["userVerification"]) == ("required", "required")
    assert [each["id"] for each in options["excludeCredentials"]] == [passkey.create(options)["id"]]
    assert [each["alg"] for each in options["pubKeyCredParams"]] == [-8, -7, -257]
    assert options["user"]["name"] == "bo@acme.example" and options["user"]["displayName"] == "Bo Lindqvist"
    assert post(Client(), "/accounts/passkeys/sign-in/options/").json()["allowCredentials"] == []


def test_users_sign_in_without_a_password_and_without_another_factor(cast, passkey):
    AuthenticatorApp.objects.create(user=cast.bo.user, name="App")
    visitor = Client()
    response = use_passkey(visitor, passkey, next="/o/acme/projects/")
    assert response.json() == {"url": "/o/acme/projects/"}
    assert visitor.session["_auth_user_id"] == str(cast.bo.user_id)
    assert visitor.session[SECOND_FACTOR] == "passkey" and visitor.session[CONFIRMED_AT]
    assert visitor.session.get_expire_at_browser_close()
    assert visitor.get("/o/acme/").status_code == 200
    assert actions(cast.bo.user)[-1] == "sign_in.new_device"
    assert WebAuthnCredential.objects.get().last_used_at
    assert use_passkey(Client(), passkey, next="https://evil.example/").json() == {"url": "/"}


@pytest.mark.spec("U-10")
def test_deactivated_users_are_refused_with_the_reason(cast, passkey):
    Membership.objects.filter(pk=cast.bo.pk).update(status=Status.DEACTIVATED)
    visitor = Client()
    response = use_passkey(visitor, passkey)
    assert response.status_code == 403 and "deactivated" in response.json()["detail"]
    assert "_auth_user_id" not in visitor.session
    assert Entry.objects.get(action="sign_in.failed", organization_id=None).data["reason"] == "deactivated"


def test_a_passkey_is_the_second_factor_after_a_password(cast, passkey):
    visitor = half_signed_in(cast.bo.user)
    assert visitor.get("/o/acme/").status_code == 302
    response = use_passkey(visitor, passkey, "second-factor", remember=True)
    assert response.json() == {"url": "/"}
    assert visitor.session[SECOND_FACTOR] == "passkey" and visitor.get("/o/acme/").status_code == 200
    assert KnownBrowser.objects.exclude(remembered_until=None).count() == 1


def test_only_the_users_own_passkeys_finish_the_sign_in(cast, passkey):
    opal = cast.client("opal")
    other, _ = add_passkey(opal)
    visitor = half_signed_in(cast.bo.user)
    options = post(visitor, "/accounts/passkeys/second-factor/options/").json()
    assert [each["id"] for each in options["allowCredentials"]] == [passkey.get(options)["id"]]
    response = use_passkey(visitor, other, "second-factor")
    assert response.status_code == 404 and "_auth_user_id" not in visitor.session
    assert use_passkey(Client(), passkey, "sign-in").status_code == 200
    assert post(Client(), "/accounts/passkeys/second-factor/options/").status_code == 403
    assert post(Client(), "/accounts/passkeys/second-factor/", {}).status_code == 403


@pytest.mark.spec("U-10")
def test_a_user_deactivated_between_password_and_passkey_is_refused(cast, passkey):
    visitor = half_signed_in(cast.bo.user)
    Membership.objects.filter(pk=cast.bo.pk).update(status=Status.DEACTIVATED)
    assert use_passkey(visitor, passkey, "second-factor").status_code == 403
    assert "_auth_user_id" not in visitor.session


@pytest.mark.spec("S-3")
def test_a_signed_in_user_can_add_the_second_factor_that_an_organization_asks_for(cast, passkey):
    Organization.objects.filter(pk=cast.acme.pk).update(require_two_factor="everyone")
    client = cast.client("bo")
    response = use_passkey(client, passkey, "second-factor", next="/o/acme/")
    assert response.json() == {"url": "/o/acme/"} and client.get("/o/acme/").status_code == 200


@pytest.mark.spec("S-7")
def test_a_passkey_confirms_a_sensitive_action(cast, passkey):
    client = cast.client("bo")
    session = client.session
    session[CONFIRMED_AT] = 0
    session.save()
    assert use_passkey(client, passkey, "confirmation", next="/o/acme/").json() == {"url": "/o/acme/"}
    assert client.session[CONFIRMED_AT] > 0 and client.session[SECOND_FACTOR] == "passkey"
    opal = cast.client("opal")
    assert (
        post(opal, "/accounts/passkeys/confirmation/options/").json()["detail"]
        == "You have no passkeys. Use another way."
    )
    assert post(Client(), "/accounts/passkeys/confirmation/options/").status_code == 401


def test_a_session_without_the_second_factor_cannot_add_a_passkey(cast, passkey):
    """Someone with a stolen older session could otherwise add a factor of their own."""
    client = cast.client("bo")
    for factor in ("", "remembered"):
        session = client.session
        session[SECOND_FACTOR] = factor
        session.save()
        assert post(client, "/accounts/passkeys/registration/options/").status_code == 403
        assert post(client, "/accounts/passkeys/registration/", {}).status_code == 403
    use_passkey(client, passkey, "confirmation")
    assert add_passkey(client)[1].status_code == 200


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
    assert "requires two-factor authentication" in page and "Add another passkey" in page
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


def test_challenges_are_kept_with_the_hashed_session_and_expire(cast, passkey):
    visitor = Client()
    options = post(visitor, "/accounts/passkeys/sign-in/options/").json()
    session = visitor.session
    assert session.get_expiry_age() <= 3600
    session["passkey_sign_in"] = [options["challenge"], 1]
    session.save()
    assert Session.objects.filter(pk=hash_key(session.session_key)).exists()
    response = post(visitor, "/accounts/passkeys/sign-in/", {"credential": passkey.get(options)})
    assert (response.status_code, response.json()["code"]) == (409, "no_challenge")
