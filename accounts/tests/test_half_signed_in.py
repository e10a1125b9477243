"""Someone who has entered only the password gets nothing anywhere, however the session is used (threat 48)."""

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import Session, User
from accounts.services import record_event
from audit.models import Entry
from teamadmin.testing.two_factor import add_authenticator, enter_password, is_signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.spec("S-2")]
HTMX = {"HX-Request": "true"}
PATHS = (
    "/", "/organizations/", "/o/acme/", "/o/acme/users/", "/o/acme/users/export/", "/o/acme/users/pending/",
    "/o/acme/users/add/", "/o/acme/users/bulk/count/", "/o/acme/users/choices/group/", "/o/acme/groups/",
    "/o/acme/roles/", "/o/acme/security/", "/o/acme/projects/", "/o/acme/preferences/", "/o/acme/welcome/",
    "/accounts/two-factor/", "/accounts/two-factor/removal/", "/accounts/two-factor/backup-codes/",
    "/accounts/two-factor/backup-codes/file/", "/accounts/password/change/", "/accounts/password/set/",
    "/accounts/reauthenticate/", "/accounts/logout/", "/accounts/sign-in-again/",
)  # fmt: skip


@pytest.fixture
def olga(cast) -> User:
    """With an authenticator app."""
    add_authenticator(cast.olga.user, codes=("abcd2345",))
    return cast.olga.user


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
@pytest.mark.parametrize("path", PATHS)
def test_every_page_leads_to_sign_in(olga, path, headers):
    client = enter_password(olga)
    response = client.get(path, headers=headers)
    location = response.get("HX-Redirect", response.get("Location", ""))
    # Signing out leads home, because there is nothing to sign out of.
    assert location.startswith("/accounts/login/") or (path == "/accounts/logout/" and location == "/"), location
    assert b"Acme" not in response.content and b"olga@" not in response.content
    assert client.get("/accounts/login/")["Location"] == "/accounts/two-factor/verify/"


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
@pytest.mark.parametrize("path", ["users/{}/two-factor-reset/", "users/{}/deletion/", "security/", "groups/new/"])
def test_nothing_can_be_changed(cast, olga, path, headers):
    client = enter_password(olga)
    before = Entry.objects.count()
    response = client.post(f"/o/acme/{path.format(cast.bo.pk)}", {"seen": "active", "name": "X"}, headers=headers)
    assert response.get("HX-Redirect", response.get("Location")).startswith("/accounts/login/")
    for path in ("/accounts/two-factor/", "/accounts/two-factor/removal/", "/accounts/two-factor/backup-codes/"):
        assert client.post(path, {"code": "000000"})["Location"].startswith("/accounts/login/")
    assert Entry.objects.count() == before
    cast.bo.refresh_from_db()


def test_an_invitation_cannot_be_accepted(cast, olga):
    invitation = cast.invite(cast.tess, role="billing", people=[("Olga", "Ivanova", olga.email)])[0]
    from invitations.links import make_token

    client = enter_password(olga)
    client.get(f"/invitations/{make_token(invitation)}/")
    assert client.post("/invitations/accept/").status_code == 409
    assert not olga.memberships.filter(organization=cast.globex).exists()


def test_the_session_belongs_to_no_one(olga):
    client = enter_password(olga)
    row = Session.objects.get()
    assert row.user_id is None and not is_signed_in(client)
    assert not Entry.objects.filter(action__startswith="sign_in.").exists()
    # A stolen cookie opens no more than the browser it was stolen from.
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert thief.get("/o/acme/").status_code == 302


def test_a_new_password_by_email_does_not_replace_the_second_factor(olga):
    from accounts.emails import password_reset_url

    client = Client()
    page = client.get(password_reset_url(olga).removeprefix("http://testserver"), follow=True)
    new = "another-horse-battery-42"
    client.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    olga.refresh_from_db()
    assert olga.check_password(new) and not is_signed_in(client)
    client.post("/accounts/login/", {"login": olga.email, "password": new})
    assert not is_signed_in(client) and client.get("/o/acme/").status_code == 302


def test_events_of_a_user_contain_no_codes(olga):
    record_event(user=olga, action="backup_code.used", data={"left": 1})
    assert "abcd2345" not in str(list(Entry.objects.values()))
