"""Passkeys: adding, signing in without a password, as a second factor, naming and removing (S-2, S-3, S-4)."""

from urllib.parse import quote

import pytest
from django.test import Client
from django_otp_webauthn.models import WebAuthnCredential

from accounts.models import AuthenticatorApp, KnownBrowser, Session, User
from accounts.services import change_password, end_sessions
from accounts.services.sign_in import CONFIRMED_AT, SECOND_FACTOR
from accounts.sessions import hash_key
from audit.models import Entry
from organizations.models import Membership, Organization, Status
from outbox.models import OutgoingEmail
from teamadmin.testing.authenticator import Authenticator, add_passkey, post, use_passkey
from teamadmin.testing.cast import PASSWORD

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
    client = Client()
    response = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert response["Location"] == "/accounts/two-factor/verify/"
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


def test_the_first_passkey_leads_to_backup_codes_and_then_back(client):
    options = post(client, "/accounts/passkeys/registration/options/").json()
    data = {"credential": Authenticator().create(options), "next": "/o/acme/"}
    response = post(client, "/accounts/passkeys/registration/", data)
    first = WebAuthnCredential.objects.get()
    codes = quote("/accounts/two-factor/backup-codes/?next=%2Fo%2Facme%2F", safe="")
    assert response.json() == {"url": f"/accounts/passkeys/{first.pk}/name/?next={codes}"}
    answer = add_passkey(client)[1].json()
    second = WebAuthnCredential.objects.exclude(pk=first.pk).get()
    assert answer == {"url": f"/accounts/passkeys/{second.pk}/name/"}


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


@pytest.mark.spec("O-4")
def test_a_passkey_opens_no_session_where_single_sign_on_is_enforced(cast, passkey):
    visitor = half_signed_in(cast.bo.user)
    Organization.objects.filter(pk=cast.acme.pk).update(sso_enforced=True)
    response = use_passkey(Client(), passkey)
    assert response.status_code == 403 and response.json()["detail"] == "Acme requires single sign-on."
    assert Entry.objects.get(action="sign_in.failed", organization_id=None).data["reason"] == "single_sign_on"
    assert post(visitor, "/accounts/passkeys/second-factor/options/").status_code == 403, "nor after a password"
    assert "_auth_user_id" not in visitor.session


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
@pytest.mark.parametrize("interruption", ["deactivated", "signed out", "new password"])
def test_a_user_interrupted_between_password_and_passkey_is_refused(cast, passkey, interruption):
    visitor, user = half_signed_in(cast.bo.user), User.objects.get(pk=cast.bo.user_id)
    answer = {"credential": passkey.get(post(visitor, "/accounts/passkeys/second-factor/options/").json())}
    if interruption == "deactivated":
        Membership.objects.filter(pk=cast.bo.pk).update(status=Status.DEACTIVATED)
    elif interruption == "signed out":
        end_sessions(user=user)
    else:
        change_password(user=user, password="a-new-walk-by-the-sea")
    assert post(visitor, "/accounts/passkeys/second-factor/", answer).status_code == 403
    assert post(visitor, "/accounts/passkeys/second-factor/options/").status_code == 403
    assert "_auth_user_id" not in visitor.session


@pytest.mark.spec("S-3")
def test_a_signed_in_user_can_add_the_second_factor_that_an_organization_asks_for(cast, passkey):
    Organization.objects.filter(pk=cast.acme.pk).update(require_two_factor="everyone")
    client = cast.client("bo")
    response = use_passkey(client, passkey, "second-factor", next="/o/acme/")
    assert response.json() == {"url": "/o/acme/"} and client.get("/o/acme/").status_code == 200


@pytest.mark.spec("S-7")
def test_adding_and_removing_a_passkey_needs_a_fresh_sign_in(cast, client, passkey):
    session = client.session
    session[CONFIRMED_AT] = 0
    session.save()
    assert client.get("/accounts/passkeys/new/")["Location"].startswith("/accounts/reauthenticate/")
    assert post(client, "/accounts/passkeys/registration/options/").status_code == 403
    url = f"/accounts/passkeys/{WebAuthnCredential.objects.get().pk}/removal/"
    assert client.post(url)["Location"].startswith("/accounts/reauthenticate/")
    assert WebAuthnCredential.objects.count() == 1


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
