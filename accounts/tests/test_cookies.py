"""Cookies: their flags, and two installations on one host that leave each other alone (THREATS 64)."""

import pytest
from django.conf import settings as current
from django.test import Client

from invitations.links import make_token
from teamadmin.testing.cast import PASSWORD

pytestmark = pytest.mark.django_db
NAMES = {
    "SESSION_COOKIE_NAME": "session",
    "CSRF_COOKIE_NAME": "csrf",
    "MESSAGES_COOKIE_NAME": "messages",
    "BROWSER_COOKIE_NAME": "browser",
    "INVITATION_COOKIE_NAME": "invitation",
}


@pytest.fixture
def use(settings):
    """A function that makes the process an installation with this COOKIE_NAME."""

    def switch(installation: str) -> None:
        for setting, name in NAMES.items():
            setattr(settings, setting, f"{installation}-{name}")

    return switch


def sign_in(client: Client, email: str):
    response = client.post("/accounts/login/", {"login": email, "password": PASSWORD})
    assert response.status_code == 302
    return response


def test_two_installations_on_one_host_do_not_sign_each_other_out(cast, use):
    browser = Client()
    use("first")
    sign_in(browser, "bo@acme.example")
    use("second")
    assert browser.get("/o/acme/").status_code == 302
    sign_in(browser, "max@acme.example")
    assert browser.get("/o/acme/users/").status_code == 200
    use("first")
    assert browser.get("/o/acme/preferences/").context["user"].email == "bo@acme.example"
    use("second")
    browser.post("/accounts/logout/")
    assert browser.get("/o/acme/").status_code == 302
    use("first")
    assert browser.get("/o/acme/").status_code == 200


def test_all_cookies_are_ours_and_out_of_reach_of_scripts(cast, settings):
    """Of sign-in, a message, sign-out and an invitation link, under https."""
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    client = Client(headers={"host": "testserver"})
    client.get("/accounts/login/", secure=True)
    client.post("/accounts/login/", {"login": "bo@acme.example", "password": PASSWORD}, secure=True)
    client.post("/o/acme/preferences/", {"first_name": "Bob", "last_name": "L"}, secure=True)
    client.get(f"/invitations/{make_token(cast.invite()[0])}/", secure=True)
    assert set(client.cookies) == {getattr(current, setting) for setting in NAMES}
    for name, cookie in client.cookies.items():
        assert (bool(cookie["httponly"]), bool(cookie["secure"]), cookie["samesite"]) == (True, True, "Lax"), name
        assert not cookie["domain"], name
        if name != current.INVITATION_COOKIE_NAME:
            assert cookie["path"] == "/", name


def test_pages_work_although_no_script_can_read_the_csrf_cookie(cast):
    client = Client(enforce_csrf_checks=True)
    page = client.get("/accounts/login/")
    token = page.context["csrf_token"]
    assert page.cookies[current.CSRF_COOKIE_NAME]["httponly"]
    assert f'"X-CSRFToken": "{token}"' in page.content.decode().replace("&quot;", '"')
    form = {"login": "bo@acme.example", "password": PASSWORD}
    assert client.post("/accounts/login/", form).status_code == 403
    assert client.post("/accounts/login/", form, headers={"x-csrftoken": str(token)}).status_code == 302
