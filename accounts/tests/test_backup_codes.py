"""Backup codes: shown once, saved, generated again (S-2)."""

import re

import pytest
from django.test import Client

from accounts.models import BackupCode, Session
from accounts.queries import count_backup_codes
from accounts.services import new_codes
from accounts.sessions import hash_key
from audit.models import Entry
from teamadmin.testing.html import text_of
from teamadmin.testing.two_factor import add_authenticator, enter_password, is_signed_in

pytestmark = pytest.mark.django_db
URL = "/accounts/two-factor/backup-codes/"
CODE = r"[2-9a-hjkmnp-z]{4}-[2-9a-hjkmnp-z]{4}"


def codes_on(response) -> list[str]:
    return re.findall(rf"<li>({CODE})</li>", response.content.decode())


@pytest.fixture
def client(cast) -> Client:
    """Bo, signed in with a backup code."""
    add_authenticator(cast.bo.user, codes=("abcd2345", "mnpq6789"))
    client = enter_password(cast.bo.user)
    client.post("/accounts/two-factor/verify/", {"backup": "abcd2345"})
    assert is_signed_in(client)
    return client


@pytest.mark.spec("S-2")
def test_generating_new_codes_replaces_the_old_ones(cast, client):
    page = text_of(client.get(URL, {"next": "/o/acme/"}))
    assert "You have 1 unused code left. It stops working" in page
    assert client.post(URL, {"next": "/o/acme/"})["Location"] == URL + "?next=%2Fo%2Facme%2F"
    codes = codes_on(client.get(URL))
    assert len(set(codes)) == 10 and count_backup_codes(cast.bo.user) == 10
    assert Entry.objects.filter(action="backup_codes.generated", organization_id=cast.acme.pk).count() == 1
    other = enter_password(cast.bo.user)
    other.post("/accounts/two-factor/verify/", {"backup": "mnpq6789"})
    assert not is_signed_in(other)
    other.post("/accounts/two-factor/verify/", {"backup": codes[3].upper()})
    assert is_signed_in(other)


@pytest.mark.spec("S-2")
def test_codes_are_shown_until_they_are_saved(client):
    client.post(URL)
    codes = codes_on(client.get(URL))
    assert codes_on(client.get(URL)) == codes and "no-store" in client.get(URL)["Cache-Control"]
    response = client.post(URL + "saved/", {"next": "/o/acme/"})
    assert response.status_code == 422 and codes_on(response) == codes and "then check this box" in text_of(response)
    assert client.post(URL + "saved/", {"saved": "on", "next": "/o/acme/"})["Location"] == "/o/acme/"
    assert codes_on(client.get(URL)) == [] and client.get(URL + "file/").status_code == 404
    assert client.post(URL + "saved/", {"next": "/o/acme/"})["Location"] == "/o/acme/"


@pytest.mark.spec("S-2")
def test_the_codes_are_a_text_file_without_javascript(client):
    client.post(URL)
    response = client.get(URL + "file/")
    assert response["Content-Type"] == "text/plain" and "no-store" in response["Cache-Control"]
    assert response["Content-Disposition"] == 'attachment; filename="backup-codes.txt"'
    text = response.content.decode()
    assert re.findall(rf"^({CODE})$", text, re.MULTILINE) == codes_on(client.get(URL)) and "bo@acme.example" in text


@pytest.mark.spec("S-2")
def test_plain_codes_are_never_stored(client):
    client.post(URL)
    codes = codes_on(client.get(URL))
    row = Session.objects.get(pk=hash_key(client.session.session_key))
    stored = str(row.get_decoded()) + row.session_data + str(list(BackupCode.objects.values()))
    assert not [code for code in codes if code in stored or code.replace("-", "") in stored]


@pytest.mark.spec("S-2")
def test_codes_are_shown_for_a_quarter_of_an_hour(client, settings):
    client.post(URL)
    session = client.session
    assert len(new_codes(session)) == 10
    session["new_backup_codes"]["at"] -= 16 * 60
    assert new_codes(session) == []
    session["new_backup_codes"]["at"] += 16 * 60
    settings.ENCRYPTION_KEYS = ["another-key" * 5]
    assert new_codes(session) == []


@pytest.mark.spec("S-2", "A-5")
def test_the_codes_of_one_session_are_shown_in_no_other(cast, client):
    client.post(URL)
    other = enter_password(cast.bo.user)
    code = codes_on(client.get(URL))[0]
    other.post("/accounts/two-factor/verify/", {"backup": code})
    assert is_signed_in(other) and codes_on(other.get(URL)) == [] and "9 unused codes" in text_of(other.get(URL))


def test_users_without_a_second_factor_set_one_up_first(cast):
    bo = cast.client("bo")
    for method in (bo.get, bo.post):
        assert method(URL)["Location"] == "/accounts/two-factor/"
    assert not BackupCode.objects.exists()
