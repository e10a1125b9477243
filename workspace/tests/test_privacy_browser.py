"""Ending sessions with two real browsers, and confirming an old sign-in from a dialog (S-4, S-5, S-7)."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from organizations.models import Membership, Status
from teamadmin.testing.aging import age
from teamadmin.testing.cast import PASSWORD, Cast
from teamadmin.testing.pages import PageOpener

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/o/acme/preferences/security/"


@pytest.fixture
def other(browser: Browser) -> Page:
    """A page in a second browser, with cookies of its own."""
    context = browser.new_context(user_agent="Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36")
    yield context.new_page()
    context.close()


@pytest.mark.spec("S-4")
@pytest.mark.parametrize("ending", ["one", "all"])
def test_the_other_browser_is_out_on_its_next_click(page: Page, other: Page, live_cast: Cast, open_page, ending: str):
    open_page(other, live_cast, "bo", "/o/acme/")
    open_page(page, live_cast, "bo", PAGE)
    expect(page.get_by_text("This session")).to_have_count(1)
    if ending == "one":
        page.get_by_role("button", name=re.compile("^Log out ")).click()
    else:
        page.get_by_role("link", name="Log out other sessions").click()
        page.get_by_role("dialog").get_by_role("button", name="Log out other sessions").click()
    expect(page.locator("#toasts")).to_contain_text("logged out")
    expect(page).to_have_url(re.compile(re.escape(PAGE)))
    other.get_by_role("link", name="Projects", exact=True).first.click()
    expect(other).to_have_url(re.compile("/accounts/login/"))


@pytest.mark.spec("S-7")
def test_an_action_in_a_dialog_continues_after_the_confirmation(
    page: Page, live_cast: Cast, open_page: PageOpener, axe
):
    client = live_cast.client("olga")
    age(client, 16)
    open_page.expected = ("422 (Unprocessable",)
    open_page.go(page, client, "/o/acme/users/")
    page.get_by_role("button", name="More actions for Bo Lindqvist").click()
    page.get_by_role("menuitem", name="Deactivate").click()
    page.get_by_role("dialog").get_by_role("button", name="Deactivate").click()
    expect(page.get_by_role("heading", name="Confirm it’s you")).to_be_visible()
    axe(page)
    page.get_by_label(re.compile("^Password for")).fill("wrong")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Wrong password. Check it and try again.")).to_be_visible()
    page.get_by_label(re.compile("^Password for")).fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(re.compile("/o/acme/users/"))
    expect(page.locator("#toasts")).to_contain_text("Bo Lindqvist was deactivated.")
    assert Membership.objects.get(pk=live_cast.bo.pk).status == Status.DEACTIVATED


@pytest.mark.spec("S-4", "S-9")
@pytest.mark.parametrize("path", [PAGE, "/o/acme/preferences/access/", "/accounts/sessions/ending/"])
def test_pages_have_no_accessibility_problems(page: Page, live_cast: Cast, open_page, axe, path: str):
    live_cast.client("bo")
    open_page(page, live_cast, "bo", path)
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        axe(page)
