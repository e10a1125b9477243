"""The page to set up or replace an authenticator app (S-2, S-3, S-11)."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuthenticatorApp
from accounts.queries import count_backup_codes
from organizations.models import Organization
from teamadmin.testing.cast import add_member
from teamadmin.testing.html import text_of
from teamadmin.testing.two_factor import add_authenticator, code_of, enter_password, is_signed_in

pytestmark = pytest.mark.django_db
URL, CODES = "/accounts/two-factor/", "/accounts/two-factor/backup-codes/"


def key_on(response) -> str:
    return re.search(r'<code id="key">([A-Z2-7 ]+)</code>', response.content.decode())[1]


def announce(organization: Organization, *, days: float) -> None:
    organization.require_two_factor = "everyone"
    organization.two_factor_required_from = timezone.now() + timedelta(days=days, minutes=1)
    organization.save()


@pytest.mark.spec("S-2")
def test_set_up_leads_to_the_codes_and_then_back(cast):
    client = cast.client("bo")
    page = client.get(URL, {"next": "/o/acme/projects/"})
    assert "no-store" in page["Cache-Control"] and "bo@acme.example" in text_of(page)
    key = key_on(page)
    assert key_on(client.get(URL)) == key
    response = client.post(URL, {"code": code_of(key), "next": "/o/acme/projects/"})
    assert response["Location"] == CODES + "?next=%2Fo%2Facme%2Fprojects%2F"
    codes = client.get(response["Location"])
    assert "no-store" in codes["Cache-Control"] and 'value="/o/acme/projects/"' in codes.content.decode()
    assert client.session["second_factor"] == "app"
    done = client.post(CODES + "saved/", {"saved": "on", "next": "/o/acme/projects/"})
    assert done["Location"] == "/o/acme/projects/"


@pytest.mark.spec("S-2")
def test_a_wrong_code_is_kept_and_says_what_to_do(cast):
    client = cast.client("bo")
    key = key_on(client.get(URL))
    response = client.post(URL, {"code": "12 34<>", "next": "/o/acme/"})
    assert response.status_code == 422 and key_on(response) == key
    html = response.content.decode()
    assert 'value="12 34&lt;&gt;"' in html and 'aria-describedby="code-hint code-error"' in html
    assert "sets its time automatically" in html and 'name="next" value="/o/acme/"' in html
    assert "Enter the 6-digit code" in text_of(client.post(URL, {"code": " "}))
    assert not AuthenticatorApp.objects.filter(confirmed=True).exists()


@pytest.mark.spec("S-2")
def test_an_outdated_page_shows_the_new_key(cast):
    first, second = cast.client("bo"), cast.client("bo")
    key = key_on(first.get(URL))
    second.get(URL)
    response = first.post(URL, {"code": code_of(key)})
    assert response.status_code == 409 and "Scan the new QR code" in text_of(response) and key_on(response) != key


@pytest.mark.spec("S-2")
def test_pressing_twice_still_shows_the_codes(cast):
    client = cast.client("bo")
    code = code_of(key_on(client.get(URL)))
    for _ in range(2):
        assert client.post(URL, {"code": code})["Location"] == CODES
    assert "Save your backup codes" in text_of(client.get(CODES))
    assert count_backup_codes(cast.bo.user) == 10


@pytest.mark.spec("S-2")
def test_other_sites_are_never_the_next_page(cast):
    client = cast.client("bo")
    for target in ("https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil.example"):
        assert "evil" not in client.get(URL, {"next": target}).content.decode()


@pytest.mark.spec("S-2")
def test_a_password_alone_cannot_replace_the_app(cast):
    """A session from before the app was added has no second factor."""
    client, app = cast.client("bo"), add_authenticator(cast.bo.user)
    for path in (URL, URL + "removal/", CODES, CODES + "file/"):
        assert client.get(path)["Location"].startswith("/accounts/two-factor/verify/?next=%2Faccounts%2Ftwo-factor%2F")
    for path in (URL, URL + "removal/", CODES, CODES + "saved/"):
        assert client.post(path, {"code": code_of(app)}).status_code == 302
    assert AuthenticatorApp.objects.get().pk == app.pk and count_backup_codes(cast.bo.user) == 0


@pytest.mark.spec("S-2")
def test_replacing_the_app(cast):
    app = add_authenticator(cast.bo.user, codes=("abcdefgh",))
    client = enter_password(cast.bo.user)
    client.post("/accounts/two-factor/verify/", {"code": code_of(app)})
    page = client.get(URL, {"next": "/o/acme/"})
    assert "Replace your authenticator app" in text_of(page) and "Remind me" not in text_of(page)
    response = client.post(URL, {"code": code_of(key_on(page)), "next": "/o/acme/"})
    assert response["Location"] == "/o/acme/" and AuthenticatorApp.objects.get().pk != app.pk


@pytest.mark.spec("S-11")
def test_users_can_wait_until_the_date(cast):
    announce(cast.acme, days=14)
    text = text_of(cast.client("bo").get(URL))
    assert "Acme requires it from" in text and "Remind me later (14 days left)" in text
    announce(cast.acme, days=0.5)
    assert "Remind me later (1 day left)" in text_of(cast.client("bo").get(URL))


@pytest.mark.spec("S-3", "S-11")
def test_users_cannot_wait_once_it_is_required(cast):
    announce(cast.acme, days=-1)
    text = text_of(cast.client("bo").get(URL))
    assert "Acme requires it." in text and "Remind me" not in text and "Cancel" not in text
    assert "Go to another organization" not in text
    add_member(cast.globex, cast.bo.user, "billing")
    assert "Go to another organization" in text_of(cast.client("bo").get(URL))
    assert "Remind me" not in text_of(cast.client("tess").get(URL))


@pytest.mark.spec("S-3")
def test_a_rule_for_admins_does_not_bind_builders(cast):
    cast.acme.require_two_factor = "admins"
    cast.acme.save()
    assert "Acme requires it." in text_of(cast.client("olga").get(URL))
    assert "Acme requires it." not in text_of(cast.client("bo").get(URL))


def test_signed_out_visitors_sign_in_first():
    client = Client()
    assert client.get(URL)["Location"] == "/accounts/login/?next=/accounts/two-factor/" and not is_signed_in(client)
