"""The browser's time zone, and the CSV separator, in a browser."""

import pytest
from playwright.sync_api import Browser, expect

from accounts.models import User
from teamadmin.testing.pages import use_session

PREFERENCES = "/o/acme/preferences/"


@pytest.fixture
def olga(browser: Browser, live_server, live_cast):
    """A page in a browser in Lisbon."""
    context = browser.new_context(timezone_id="Europe/Lisbon", reduced_motion="reduce")
    use_session(context, live_server.url, live_cast.client("olga"))
    yield context.new_page()
    context.close()


@pytest.mark.spec("U-1")
def test_the_browser_names_its_time_zone(olga, live_server, live_cast, axe):
    olga.goto(live_server.url + PREFERENCES)
    olga.reload()
    field = olga.get_by_label("Time zone")
    expect(field).to_have_attribute("placeholder", "Use Europe/Lisbon (from this browser)")
    axe(olga)
    field.fill("tokyo")
    olga.keyboard.press("Enter")
    expect(olga.get_by_text("Your time zone was saved.")).to_be_visible()
    expect(field).to_have_value("Asia/Tokyo")
    expect(olga.get_by_text("Times are shown in Asia/Tokyo")).to_be_visible()


@pytest.mark.spec("U-17")
def test_the_separator_is_saved_at_once_and_used(olga, live_server, live_cast, axe):
    olga.goto(live_server.url + "/o/acme/users/")
    olga.get_by_role("button", name="CSV settings").click()
    with olga.expect_response("**/accounts/csv-separator/") as response:
        olga.get_by_role("radio", name="Semicolon").check()
    assert response.value.status == 204
    axe(olga)
    assert User.objects.get(pk=live_cast.olga.user_id).csv_separator == ";"
    olga.keyboard.press("Escape")
    with olga.expect_download() as download:
        olga.get_by_role("link", name="Export").click()
    assert download.value.path().read_bytes().decode("utf-8-sig").startswith('"Name";"Email";')
