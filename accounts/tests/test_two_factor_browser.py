"""Two-factor authentication in a real browser: setting it up, saving the codes, signing in (S-2, S-3)."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from teamadmin.testing.cast import PASSWORD, Cast
from teamadmin.testing.two_factor import add_authenticator, code_of

pytestmark = pytest.mark.spec("S-2")
PHONE = {"width": 390, "height": 844}


def sign_in(page: Page, url: str, email: str) -> None:
    page.goto(f"{url}/accounts/login/?next=/o/acme/projects/")
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def assert_fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.spec("S-3")
def test_set_up_save_and_go_on(page: Page, live_cast: Cast, open_page, axe, tmp_path: Path):
    live_cast.acme.require_two_factor = "everyone"
    live_cast.acme.save()
    open_page.expected = ("422 (Unprocessable",)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_page(page, live_cast, "bo", "/o/acme/projects/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up two-factor authentication")
    axe(page)
    page.set_viewport_size(PHONE)
    assert_fits(page)
    page.get_by_role("button", name="Copy key").click()
    expect(page.get_by_role("status")).to_have_text("Key copied")
    key = page.evaluate("navigator.clipboard.readText()")
    page.get_by_label("2. Enter the 6-digit code").fill("123 456")
    page.keyboard.press("Enter")
    expect(page.get_by_label("2. Enter the 6-digit code")).to_have_value("123 456")
    expect(page.get_by_label("2. Enter the 6-digit code")).to_be_focused()
    axe(page)
    page.get_by_label("2. Enter the 6-digit code").fill(code_of(key))
    page.get_by_role("button", name="Turn on 2FA").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Save your backup codes")
    axe(page)
    assert_fits(page)
    codes = page.locator(".codes li").all_inner_texts()
    page.get_by_role("button", name="Copy codes").click()
    expect(page.get_by_role("status")).to_have_text("Codes copied")
    assert page.evaluate("navigator.clipboard.readText()").split("\n") == codes
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert all(code in Path(download.value.path()).read_text() for code in codes)
    page.emulate_media(media="print")
    expect(page.get_by_text("bo@acme.example")).to_be_visible()
    expect(page.get_by_role("button", name="Finish")).to_be_hidden()
    page.emulate_media(media="screen")
    page.get_by_label("I saved these codes").check()
    page.get_by_role("button", name="Finish").click()
    expect(page).to_have_url(re.compile("/o/acme/projects/$"))
    for path in ("", "removal/", "backup-codes/"):
        page.goto(f"{open_page.url}/accounts/two-factor/{path}?next=/o/acme/")
        axe(page)
        assert_fits(page)


def test_sign_in_with_a_wrong_code_and_a_backup_code(page: Page, live_cast: Cast, open_page, axe, live_server):
    open_page.expected = ("422 (Unprocessable",)
    open_page.listen(page)
    add_authenticator(live_cast.bo.user, codes=("abcd2345",))
    sign_in(page, live_server.url, "bo@acme.example")
    expect(page.get_by_label("Code from your authenticator app")).to_be_focused()
    axe(page)
    page.keyboard.type("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_text("That code isn’t right or has expired.")).to_be_visible()
    axe(page)
    page.set_viewport_size(PHONE)
    assert_fits(page)
    page.get_by_text("Use a backup code").click()
    page.get_by_label("Backup code", exact=True).fill("zzzz-zzzz")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Backup code", exact=True)).to_be_focused()
    axe(page)
    page.get_by_label("Backup code", exact=True).fill("ABCD 2345")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/o/acme/projects/$"))


@pytest.mark.browser
def test_everything_works_without_javascript(browser, live_cast: Cast, live_server):
    page = browser.new_context(java_script_enabled=False).new_page()
    app = add_authenticator(live_cast.bo.user)
    sign_in(page, live_server.url, "bo@acme.example")
    page.get_by_label("Code from your authenticator app").fill(code_of(app))
    page.get_by_label("Remember this device for 30 days").check()
    page.get_by_role("button", name="Continue").first.click()
    expect(page).to_have_url(re.compile("/o/acme/projects/$"))
    page.goto(f"{live_server.url}/accounts/two-factor/backup-codes/?next=/o/acme/")
    page.get_by_role("button", name="Generate new codes").click()
    expect(page.locator(".codes li")).to_have_count(10)
    expect(page.get_by_role("button", name="Copy codes")).to_be_hidden()
    expect(page.get_by_role("link", name="Download")).to_be_visible()
    page.goto(f"{live_server.url}/accounts/two-factor/removal/?next=/o/acme/")
    page.get_by_role("button", name="Turn off 2FA").click()
    expect(page).to_have_url(re.compile("/o/acme/$"))
    page.context.close()
