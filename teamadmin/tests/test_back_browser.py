"""The browser's Back to a form that was sent with an error shows the form again, not an error of the browser."""

import pytest
from playwright.sync_api import expect

from teamadmin.testing.pages import use_session

pytestmark = pytest.mark.django_db(transaction=True)
SSO = "/o/acme/security/single-sign-on/"


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


@pytest.mark.spec("U-18")
def test_reload_of_an_address_that_only_receives_forms_leads_back_to_the_form(page, live_server, live_cast):
    use_session(page.context, live_server.url, live_cast.client("olga"))
    page.goto(f"{live_server.url}{SSO}")
    with page.expect_navigation():
        page.locator("form[action$='/provider/']").evaluate("form => { form.reset(); form.submit(); }")
    expect(page).to_have_url(f"{live_server.url}{SSO}provider/")
    page.reload()
    expect(page.get_by_role("heading", name="You can’t open this address directly")).to_be_visible()
    page.get_by_role("link", name="Go back").click()
    expect(page).to_have_url(f"{live_server.url}{SSO}")
