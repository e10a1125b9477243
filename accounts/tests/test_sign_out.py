"""Signing out: the session ends at once, and the browser forgets what it has stored."""

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from accounts.models import KnownBrowser, Session
from teamadmin.testing.cast import PASSWORD

SIGN_IN = {"login": "bo@acme.example", "password": PASSWORD}


def signed_in() -> Client:
    client = Client()
    assert client.post("/accounts/login/", SIGN_IN).status_code == 302
    assert client.get("/o/acme/").status_code == 200
    return client


@pytest.mark.django_db
@pytest.mark.spec("S-4")
def test_the_cookie_of_a_session_that_was_signed_out_opens_nothing(cast):
    client = signed_in()
    stolen = client.cookies[settings.SESSION_COOKIE_NAME].value
    response = client.post("/accounts/logout/")
    assert response.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == 0
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = stolen
    response = thief.get("/o/acme/")
    assert response.status_code == 302 and response["Location"].startswith("/accounts/login/")
    assert not Session.objects.filter(user=cast.bo.user).exists()


@pytest.mark.django_db
def test_the_browser_is_told_to_clear_its_data_but_stays_known(cast):
    client = signed_in()
    assert "Clear-Site-Data" not in client.get("/o/acme/")
    response = client.post("/accounts/logout/")
    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert settings.BROWSER_COOKIE_NAME not in response.cookies
    client.post("/accounts/login/", SIGN_IN)
    assert KnownBrowser.objects.filter(user=cast.bo.user).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/accounts/sign-in-again/", "/invitations/accept/other-account/"])
def test_every_way_of_signing_out_clears_the_data(cast, path):
    client = signed_in()
    assert client.post(path)["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get("/o/acme/").status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_only_a_post_signs_out(cast, method):
    client = signed_in()
    assert "Clear-Site-Data" not in getattr(client, method)("/accounts/logout/")
    assert client.get("/o/acme/").status_code == 200


@pytest.mark.spec("S-4")
def test_back_shows_nothing_after_signing_out(page: Page, live_cast, open_page):
    open_page(page, live_cast, "olga", "/o/acme/users/")
    expect(page.get_by_text("Bo Lindqvist")).to_be_visible()
    page.locator('[popovertarget="account-menu"]:visible').click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(f"{open_page.url}/accounts/login/?next=/")
    page.go_back()
    expect(page).to_have_url(f"{open_page.url}/accounts/login/?next=/o/acme/users/")
    expect(page.get_by_text("Bo Lindqvist")).to_have_count(0)
    cookies = {cookie["name"] for cookie in page.context.cookies()}
    assert settings.SESSION_COOKIE_NAME not in cookies
