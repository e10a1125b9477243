"""Changing the email address and "This wasn't me" in a real browser: both themes, phone size, axe (S-4, S-8)."""

import pytest
from playwright.sync_api import Page, expect

from accounts.links import not_me_url
from accounts.models import User
from accounts.services import record_event
from outbox.models import OutgoingEmail
from outbox.services.render import render
from teamadmin.testing.cast import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.spec("S-8")]


def assert_accessible(page: Page, axe) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for width in (390, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            axe(page)


def test_change_the_address_then_undo_it(live_cast, page, open_page, axe, settings):
    settings.BASE_URL = open_page.url
    open_page.expected = ("422 (Unprocessable",)
    open_page(page, live_cast, "bo", "/accounts/email-change/")
    assert_accessible(page, axe)
    page.get_by_label("New email address").fill("new@localhost")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Send confirmation").click()
    expect(page.get_by_label("New email address")).to_have_value("new@localhost")
    assert_accessible(page, axe)
    page.get_by_label("New email address").fill("new@acme.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Send confirmation").click()
    expect(page.get_by_role("heading", name="Check your email")).to_be_visible()
    assert_accessible(page, axe)
    message = render(OutgoingEmail.objects.get(kind="accounts.email_confirmation"))
    page.goto(message.body.split("Confirm address:")[1].split()[0])
    assert_accessible(page, axe)
    page.get_by_role("button", name="Confirm address").click()
    expect(page.get_by_text("Your email address is now new@acme.example.")).to_be_visible()
    notice = render(OutgoingEmail.objects.get(kind="accounts.security_notice"))
    page.goto(notice.body.split("This wasn’t me:")[1].split()[0])
    expect(page.get_by_text("Your email address is bo@acme.example again")).to_be_visible()
    assert_accessible(page, axe)
    page.get_by_role("button", name="Secure my account").click()
    expect(page.get_by_role("heading", name="Your account is secured")).to_be_visible()
    assert_accessible(page, axe)
    assert User.objects.get(pk=live_cast.bo.user_id).email == "bo@acme.example"
    page.goto(open_page.url + "/o/acme/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_it_works_without_javascript(live_cast, browser, open_page, settings):
    settings.BASE_URL = open_page.url
    entry = record_event(user=live_cast.bo.user, action="sign_in.new_device")
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(not_me_url(entry.pk, live_cast.bo.user))
    page.get_by_role("button", name="Secure my account").click()
    expect(page.get_by_role("heading", name="Your account is secured")).to_be_visible()
