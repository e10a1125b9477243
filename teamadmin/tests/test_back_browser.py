"""The browser's Back to a form that was sent with an error shows the form again, not an error of the browser."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db(transaction=True)


def test_back_to_a_form_with_an_error_shows_the_form(page, live_server, live_cast):
    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_label("Email address").fill("bo@acme.example")
    page.get_by_label("Password", exact=True).fill("wrong-password")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_label("Email address")).to_have_value("bo@acme.example")
    page.get_by_role("link", name="Forgot password?").click()
    expect(page).to_have_url(f"{live_server.url}/accounts/password/reset/")
    page.go_back()
    expect(page.get_by_label("Password", exact=True)).to_be_visible()
