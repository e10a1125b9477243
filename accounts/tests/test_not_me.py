""" "This wasn't me": the link in security notices, which GET doesn't change anything with (S-8)."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import signing
from django.test import Client
from django.utils import timezone
from django_otp_webauthn.models import WebAuthnCredential

from accounts.emails import password_reset_url
from accounts.links import NOT_ME_SALT, email_confirmation_url, not_me_url
from accounts.models import AuthenticatorApp, BackupCode, KnownBrowser, User
from accounts.services import confirm_email_change, notify_two_factor_listeners, record_event
from audit.models import Entry
from audit.triggers import lifted
from organizations.models import Membership
from outbox.models import OutgoingEmail
from outbox.services.render import render
from teamadmin.testing.cast import PASSWORD, Cast, add_user
from teamadmin.testing.html import text_of
from teamadmin.testing.parallel import run_in_parallel

pytestmark = [pytest.mark.django_db, pytest.mark.spec("S-8")]


def event(cast: Cast, action: str = "sign_in.new_device", **data) -> Entry:
    return record_event(user=fresh(cast), action=action, data=data)


def link(cast: Cast, entry: Entry) -> str:
    return not_me_url(entry.pk, cast.bo.user).removeprefix("http://testserver")


def fresh(cast: Cast) -> User:
    return User.objects.get(pk=cast.bo.user_id)


def press(url: str) -> str:
    """Press the button, and return the page that follows."""
    response = Client(enforce_csrf_checks=False).post(url, follow=True)
    assert response.status_code == 200 and response.redirect_chain == [(url, 302)]
    return text_of(response)


def reset_emails() -> list[str]:
    rows = OutgoingEmail.objects.filter(kind="accounts.password_reset")
    return [message.to[0] for message in map(render, rows) if message]


def times_secured() -> int:
    return Entry.objects.filter(action="account.secured", organization_id=None).count()


def counts(cast: Cast) -> tuple:
    return User.objects.values().get(pk=cast.bo.user_id), Entry.objects.count(), OutgoingEmail.objects.count()


def change_address(cast: Cast, email: str) -> Entry:
    confirm_email_change(user=fresh(cast), email=email, is_current=lambda user: True)
    return Entry.objects.filter(action="email.changed", organization_id=None).latest("at")


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_the_link_changes_nothing(cast, method):
    url, client = link(cast, event(cast)), cast.client("bo")
    before = counts(cast)
    for _ in range(3):
        assert getattr(Client(), method)(url).status_code == 200
    assert before == counts(cast)
    assert client.get("/o/acme/").status_code == 200


def test_the_page_says_what_happened_and_what_the_button_does(cast):
    page = text_of(Client().get(link(cast, event(cast, device="Edge on Windows"))))
    assert "from a device that we haven’t seen before" in page and "Edge on Windows" in page and " UTC" in page
    assert "You’re signed out everywhere" in page and "We email bo@acme.example a link to choose a new password" in page
    assert "Your organization’s keys and tokens still work. Ask an Admin to check them." in page


def test_pressing_the_button_secures_the_account(cast):
    entry, bo = event(cast), cast.client("bo")
    KnownBrowser.objects.create(user=cast.bo.user, token_hash="x", remembered_until=timezone.now() + timedelta(9))
    User.objects.filter(pk=cast.bo.user_id).update(pending_email="other@x.example")
    page = press(link(cast, entry))
    assert "Your account is secured" in page and "to bo@acme.example" in page
    assert bo.get("/o/acme/").status_code == 302 and not KnownBrowser.objects.exists()
    assert not fresh(cast).check_password(PASSWORD) and not fresh(cast).pending_email
    assert Client().post("/accounts/login/", {"login": "bo@acme.example", "password": PASSWORD}).status_code == 200
    assert reset_emails() == ["bo@acme.example"]
    secured = Entry.objects.filter(action="account.secured")
    assert {each.organization_id for each in secured} == {None, cast.acme.pk}


def test_the_emailed_link_sets_a_new_password(cast):
    press(link(cast, event(cast)))
    message = render(OutgoingEmail.objects.get(kind="accounts.password_reset"))
    url, visitor, new = message.body.split("http://testserver")[1].split()[0], Client(), "another-correct-horse"
    page = visitor.get(url, follow=True)
    visitor.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    response = Client().post("/accounts/login/", {"login": "bo@acme.example", "password": new})
    assert response.status_code == 302


def test_a_second_press_does_nothing(cast):
    url = link(cast, event(cast))
    press(url)
    client = cast.client("bo")  # the owner is back
    assert "Your account is secured" in press(url)
    assert client.get("/o/acme/").status_code == 200
    assert (
        len(reset_emails()) == 1 and Entry.objects.filter(action="account.secured", organization_id=None).count() == 1
    )


def test_a_double_click_is_one_press(live_cast):
    url = link(live_cast, event(live_cast))
    results = run_in_parallel(5, lambda _number: Client().post(url).status_code)
    assert results == [302] * 5
    assert (
        len(reset_emails()) == 1 and Entry.objects.filter(action="account.secured", organization_id=None).count() == 1
    )


@pytest.mark.parametrize("method", ["get", "post"])
def test_other_tokens_do_nothing(cast, method, settings):
    user, entry = cast.bo.user, event(cast)
    token = link(cast, entry).split("/")[3]
    User.objects.filter(pk=user.pk).update(pending_email="b@x.example")
    confirmation = email_confirmation_url(fresh(cast)).split("/")[-2]
    other = signing.dumps([entry.pk.hex, cast.opal.user_id.hex], salt=NOT_ME_SALT)  # another user's event
    forged = signing.dumps([entry.pk.hex, user.pk.hex], salt="accounts.password_reset")
    for bad in (token[:-1], token[1:], token.upper(), f"{token}x", confirmation, other, forged, "x", "%00", "a:b:c"):
        response = getattr(Client(), method)(f"/accounts/not-me/{bad}/")
        assert response.status_code == 404 and "This link doesn’t work" in text_of(response)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 10, []
    assert getattr(Client(), method)(f"/accounts/not-me/{token}/").status_code == 404
    assert fresh(cast).check_password(PASSWORD)


def test_the_link_expires_after_30_days(cast, monkeypatch):
    url = link(cast, event(cast))
    now = signing.time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now + 29.9 * 86400)
    assert Client().get(url).status_code == 200
    monkeypatch.setattr(signing.time, "time", lambda: now + 30.1 * 86400)
    assert Client().post(url).status_code == 404
    assert fresh(cast).check_password(PASSWORD)


def test_a_deleted_user_gets_a_clear_page(cast):
    url = link(cast, event(cast))
    cast.bo.user.delete()
    for response in (Client().get(url), Client().post(url)):
        assert response.status_code == 410 and "This account no longer exists" in text_of(response)


def test_a_form_of_another_site_is_refused(cast):
    assert Client(enforce_csrf_checks=True).post(link(cast, event(cast))).status_code == 403
    assert fresh(cast).check_password(PASSWORD)


def test_the_old_address_comes_back(cast):
    entry = change_address(cast, "thief@x.example")
    assert "Your email address is bo@acme.example again" in text_of(Client().get(link(cast, entry)))
    assert "to bo@acme.example" in press(link(cast, entry))
    user = fresh(cast)
    assert user.email == "bo@acme.example" and reset_emails() == ["bo@acme.example"]
    assert EmailAddress.objects.get(user=user).email == "bo@acme.example"
    assert Membership.objects.get(pk=cast.bo.pk).email == "bo@acme.example"
    # No notice of this goes to the thief, who could undo it with its link.
    assert OutgoingEmail.objects.filter(kind="accounts.security_notice").count() == 1


def test_an_earlier_notice_undoes_a_later_change_of_the_address(cast):
    """Whoever changed the address doesn't get the link to a new password."""
    entry = event(cast)
    change_address(cast, "thief@x.example")
    press(link(cast, entry))
    assert fresh(cast).email == "bo@acme.example" and reset_emails() == ["bo@acme.example"]


def test_a_thief_who_changes_the_address_twice_does_not_win(cast):
    first, second = change_address(cast, "thief@x.example"), change_address(cast, "thief2@x.example")
    press(link(cast, second))  # the thief's, from the second notice
    assert fresh(cast).email == "thief@x.example"
    press(link(cast, first))
    assert fresh(cast).email == "bo@acme.example"
    press(link(cast, second))
    assert fresh(cast).email == "bo@acme.example"


def test_what_a_thief_prepared_ends(cast):
    entry = change_address(cast, "thief@x.example")
    reset = password_reset_url(fresh(cast)).removeprefix("http://testserver")
    User.objects.filter(pk=cast.bo.user_id).update(pending_email="thief2@x.example")
    confirmation = email_confirmation_url(fresh(cast)).removeprefix("http://testserver")
    press(link(cast, entry))
    assert "This link no longer works" in text_of(Client().get(reset, follow=True))
    assert Client().post(confirmation).status_code == 410 and fresh(cast).email == "bo@acme.example"


def test_an_address_that_was_taken_meanwhile_is_not_taken_back(cast):
    entry = change_address(cast, "thief@x.example")
    other = add_user("bo@acme.example", "Bob")
    assert "now belongs to another account" in press(link(cast, entry))
    assert fresh(cast).email == "thief@x.example" and not fresh(cast).has_usable_password()
    assert User.objects.get(pk=other.pk).check_password(PASSWORD) and reset_emails() == []


def add_passkey(user: User, name: str, age: timedelta = timedelta(0)) -> WebAuthnCredential:
    passkey = WebAuthnCredential.objects.create(
        user=user, name=name, confirmed=True, credential_id=name.encode(), public_key=b"k", sign_count=0
    )
    WebAuthnCredential.objects.filter(pk=passkey.pk).update(created_at=timezone.now() - age)
    return passkey


def test_the_passkey_that_the_notice_is_about_is_removed_and_no_other(cast):
    add_passkey(cast.bo.user, "own", timedelta(days=2))
    add_passkey(cast.opal.user, "opal")
    add_passkey(cast.bo.user, "thief")
    entry = event(cast, "passkey.added", passkey="thief")
    page = text_of(Client().get(link(cast, entry)))
    assert "The passkey is removed" in page
    press(link(cast, entry))
    assert set(WebAuthnCredential.objects.values_list("name", flat=True)) == {"own", "opal"}


@pytest.mark.parametrize("action", ["two_factor.enabled", "authenticator.added"])
def test_an_app_that_someone_added_is_removed(cast, action):
    AuthenticatorApp.objects.create(user=cast.bo.user, name="App")
    BackupCode.objects.create(user=cast.bo.user, code_hash="x")
    notify_two_factor_listeners(user=cast.bo.user)
    press(link(cast, event(cast, action)))
    assert not AuthenticatorApp.objects.exists() and not BackupCode.objects.exists()
    assert not Membership.objects.get(pk=cast.bo.pk).two_factor


@pytest.mark.parametrize("action", ["passkey.added", "two_factor.enabled"])
def test_an_old_email_removes_no_second_factor(cast, action):
    """A link by email is no second factor: a week later, someone in the mailbox must not get rid of it."""
    add_passkey(cast.bo.user, "own", timedelta(days=8))
    AuthenticatorApp.objects.create(user=cast.bo.user, name="App")
    AuthenticatorApp.objects.update(created_at=timezone.now() - timedelta(days=8))
    entry = event(cast, action)
    with lifted():
        Entry.objects.filter(pk=entry.pk).update(at=timezone.now() - timedelta(days=8) + timedelta(minutes=1))
    press(link(cast, entry))
    assert WebAuthnCredential.objects.count() == 1 and AuthenticatorApp.objects.count() == 1
    assert not fresh(cast).has_usable_password()


@pytest.mark.parametrize("action", ["sign_in.new_device", "authenticator.replaced", "passkey.removed"])
def test_other_notices_remove_no_second_factor(cast, action):
    add_passkey(cast.bo.user, "own")
    AuthenticatorApp.objects.create(user=cast.bo.user, name="App")
    press(link(cast, event(cast, action)))
    assert WebAuthnCredential.objects.count() == 1 and AuthenticatorApp.objects.count() == 1
