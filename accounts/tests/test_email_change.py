"""Changing the email address: with the password, confirmed at the new address, and told to the old one."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from allauth.account.models import EmailAddress
from django.core import mail, signing
from django.test import Client
from django.utils import timezone

from accounts.emails import password_reset_url
from accounts.models import User
from accounts.services import end_sessions
from audit.models import Entry
from organizations.models import Membership
from outbox.models import OutgoingEmail
from outbox.services.render import render
from teamadmin.testing.aging import age
from teamadmin.testing.cast import PASSWORD, Cast, add_user
from teamadmin.testing.html import text_of
from teamadmin.testing.parallel import run_in_parallel

pytestmark = [pytest.mark.django_db, pytest.mark.spec("S-4", "S-8")]
URL = "/accounts/email-change/"


def ask(cast: Cast, email: str, *, name: str = "bo", password: str = PASSWORD, **data):
    return cast.client(name).post(URL, {"email": email, "password": password, **data})


def confirmations() -> list:
    """Return the emails to new addresses, as they'd be sent now."""
    rows = OutgoingEmail.objects.filter(kind="accounts.email_confirmation").order_by("created_at")
    return [message for message in map(render, rows) if message]


def link() -> str:
    return confirmations()[-1].body.split("http://testserver")[1].split()[0]


def fresh(cast: Cast, name: str = "bo") -> User:
    return User.objects.get(pk=cast.user(name).pk)


def test_the_address_changes_when_the_new_one_confirms_it(cast):
    response = ask(cast, " Bo.New@ACME.example ", next="/o/acme/preferences/")
    assert response["Location"] == f"/accounts/email-change/sent/?next={quote('/o/acme/preferences/', safe='')}"
    assert fresh(cast).email == "bo@acme.example"
    message = confirmations()[0]
    assert (
        message.to == ["bo.new@acme.example"]
        and "24 hours" in message.body
        and "24 hours" in message.alternatives[0][0]
    )
    page = text_of(Client().get(link()))
    assert "bo.new@acme.example" in page and fresh(cast).email == "bo@acme.example"
    client = cast.client("bo")
    response = client.post(link(), follow=True)
    assert "Your email address is now bo.new@acme.example." in text_of(response)
    user = fresh(cast)
    assert (user.email, user.pending_email) == ("bo.new@acme.example", "")
    assert [(row.email, row.verified, row.primary) for row in EmailAddress.objects.filter(user=user)] == [
        ("bo.new@acme.example", True, True)
    ]
    notice = render(OutgoingEmail.objects.get(kind="accounts.security_notice"))
    assert notice.to == ["bo@acme.example"]
    for email, status in (("bo@acme.example", 200), ("bo.new@acme.example", 302)):
        assert Client().post("/accounts/login/", {"login": email, "password": PASSWORD}).status_code == status


def test_the_sent_page_tells_where_and_how_long(cast):
    client = cast.client("bo")
    assert client.get("/accounts/email-change/sent/")["Location"] == URL
    client.post(URL, {"email": "b@acme.example", "password": PASSWORD})
    page = text_of(client.get("/accounts/email-change/sent/?next=//evil.test"))
    assert "We sent a confirmation to b@acme.example" in page and "24 hours" in page
    assert "evil" not in client.get("/accounts/email-change/sent/?next=//evil.test").content.decode()


@pytest.mark.parametrize(
    "email, message",
    [
        ("", "Enter an email address."),
        ("bo@acme.example", "This is already your email address."),
        ("BO@ACME.example", "This is already your email address."),
        ("nonsense", "Enter an email address like"),
        ("a@b@c.example", "Enter an email address like"),
        ("bo@localhost", "Add the part after the last dot"),
        ("a" * 65 + "@x.example", "at most 64 characters"),
        ("bo\x00@x.example", "Null characters are not allowed"),
        ("bo\u200b@x.example", "Remove the hidden character U+200B after “bo”."),
        ("mıke@x.example", "Use plain letters a to z"),
    ],
)
def test_bad_addresses_are_refused_beside_the_field(cast, email, message):
    response = ask(cast, email)
    assert response.status_code == 422 and message in text_of(response)
    assert not OutgoingEmail.objects.exists() and not fresh(cast).pending_email


@pytest.mark.parametrize("password", ["", "wrong-wrong-wrong"])
def test_it_needs_the_password_and_keeps_what_was_typed(cast, password):
    response = ask(cast, "new@acme.example", password=password)
    assert response.status_code == 422 and 'value="new@acme.example"' in response.content.decode()
    assert not OutgoingEmail.objects.exists()
    assert Entry.objects.filter(action="sign_in.failed", organization_id=None).exists() == bool(password)


def test_wrong_passwords_are_limited(cast):
    client = cast.client("bo")
    for _ in range(12):
        response = client.post(URL, {"email": "new@acme.example", "password": "wrong-wrong-wrong"})
    assert response.status_code == 429 and "Too many attempts" in text_of(response)


def test_users_without_a_password_need_a_fresh_sign_in(cast):
    user = fresh(cast)
    user.set_unusable_password()
    user.save()
    client = cast.client("bo")
    age(client, 16)
    assert client.get(URL)["Location"] == f"/accounts/reauthenticate/?next={quote(URL, safe='')}"
    session = client.session
    session["confirmed_at"] = timezone.now().timestamp() - 14 * 60
    session.save()
    assert 'type="password"' not in client.get(URL).content.decode()
    assert client.post(URL, {"email": "new@acme.example"}).status_code == 302
    session["confirmed_at"] = timezone.now().timestamp() - 16 * 60
    session.save()
    assert "/reauthenticate/" in client.post(URL, {"email": "new@acme.example"})["Location"]


@pytest.mark.spec("S-1")
def test_the_answer_does_not_tell_whether_an_address_has_a_user(cast, django_assert_num_queries):
    known, unknown = ask(cast, "opal@acme.example"), ask(cast, "nobody@acme.example", name="max")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    rows = OutgoingEmail.objects.filter(kind="accounts.email_confirmation")
    assert rows.count() == 2 and [message.to for message in confirmations()] == [["nobody@acme.example"]]
    assert not mail.outbox


def test_requests_are_limited(cast):
    for number in range(5):
        assert ask(cast, f"new{number}@acme.example").status_code == 302
    response = ask(cast, "new5@acme.example")
    assert response.status_code == 422 and "Too many emails. Try again in an hour." in text_of(response)
    OutgoingEmail.objects.update(created_at=timezone.now() - timedelta(minutes=61))
    assert ask(cast, "new5@acme.example").status_code == 302


def ended(response) -> bool:
    return response.status_code == 410 and "This link no longer works" in text_of(response)


def test_a_link_ends_when_it_is_used_or_replaced_or_the_password_or_sessions_end(cast):
    ask(cast, "new@acme.example")
    used = link()
    assert Client().post(used).status_code == 302
    assert ended(Client().post(used)) and ended(Client().get(used))
    ask(cast, "newer@acme.example")
    replaced = link()
    ask(cast, "newest@acme.example")
    assert ended(Client().post(replaced))
    newest, user = link(), fresh(cast)
    end_sessions(user=user)
    assert ended(Client().post(newest))
    ask(cast, "newest@acme.example")
    newest, user = link(), fresh(cast)
    user.set_password("another-correct-horse")
    user.save()
    assert ended(Client().post(newest)) and fresh(cast).email == "new@acme.example"


def test_a_reset_link_sent_to_the_old_address_ends(cast):
    reset = password_reset_url(fresh(cast)).removeprefix("http://testserver")
    assert "Choose a new password" in text_of(Client().get(reset, follow=True))
    ask(cast, "new@acme.example")
    Client().post(link())
    assert "This link no longer works" in text_of(Client().get(reset, follow=True))


def test_a_link_expires_after_24_hours_and_cannot_be_changed(cast, monkeypatch):
    ask(cast, "new@acme.example")
    url, now = link(), signing.time.time()
    for bad in (f"{url[:-2]}/", f"{url[:-1]}x/", "/accounts/email-change/x/"):
        assert Client().post(bad).status_code == 404
    monkeypatch.setattr(signing.time, "time", lambda: now + 24.1 * 3600)
    assert Client().post(url).status_code == 404 and fresh(cast).email == "bo@acme.example"


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_the_link_changes_nothing(cast, method):
    ask(cast, "new@acme.example")
    assert getattr(Client(), method)(link()).status_code == 200 and fresh(cast).email == "bo@acme.example"


def test_an_address_that_got_a_user_meanwhile_is_refused_clearly(cast):
    ask(cast, "new@acme.example")
    url = link()
    add_user("new@acme.example")
    response = Client().post(url)
    assert response.status_code == 409 and "Another account uses new@acme.example." in text_of(response)
    assert fresh(cast).email == "bo@acme.example" and fresh(cast).pending_email == "new@acme.example"
    assert Membership.objects.get(pk=cast.bo.pk).email == "bo@acme.example"


def test_two_users_who_confirm_one_address_at_once(live_cast):
    urls = []
    for name in ("bo", "opal"):
        ask(live_cast, "shared@acme.example", name=name)
        urls.append(link())
    statuses = run_in_parallel(2, lambda number: Client().post(urls[number]).status_code)
    assert sorted(statuses) == [302, 409]
    assert User.objects.filter(email="shared@acme.example").count() == 1
    assert EmailAddress.objects.count() == 1


def test_two_presses_change_it_once(live_cast):
    ask(live_cast, "new@acme.example")
    url = link()
    assert sorted(run_in_parallel(4, lambda _number: Client().post(url).status_code)) == [302, 410, 410, 410]
    assert Entry.objects.filter(action="email.changed", organization_id=None).count() == 1


def test_look_alikes_reach_only_the_stored_address(cast):
    """CVE-2019-19844: the confirmation goes to the address that was stored, never to one that folds to it."""
    add_user("mike@x.example")
    for look_alike in ("mike@x.example", "MIKE@X.example", "mike@ｘ.example"):
        assert ask(cast, look_alike).status_code == 302
        assert fresh(cast).pending_email == "mike@x.example" and confirmations() == []
    assert ask(cast, "mıke@x.example").status_code == 422
