"""The command palette in a browser: keyboard, focus, screen readers and phones (U-21)."""

import re

import pytest
from playwright.sync_api import Page, expect

from organizations.models import Group
from teamadmin.testing.pages import use_session

HOME, USERS = "/o/acme/", "/o/acme/users/"


@pytest.fixture
def olga(page: Page, live_server, live_cast) -> Page:
    use_session(page.context, live_server.url, live_cast.client("olga"))
    page.emulate_media(reduced_motion="reduce")
    return page


def palette(page: Page):
    return page.get_by_role("dialog", name="Search Acme")


@pytest.mark.spec("U-21")
def test_keys_open_choose_and_follow(olga: Page, live_server, live_cast):
    Group(organization=live_cast.acme, name="Marble").save()
    olga.goto(live_server.url + USERS)
    olga.locator("#main").focus()
    olga.keyboard.press("Control+k")
    olga.keyboard.type("mar")  # also what is typed before it is open
    field, options = palette(olga).get_by_role("combobox"), palette(olga).get_by_role("option")
    expect(options.first).to_have_text(re.compile("Marble"))
    expect(field).to_have_value("mar")
    expect(field).to_be_focused()
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", options.first.get_attribute("id") or "")
    olga.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    olga.keyboard.press("ArrowUp")
    olga.keyboard.press("ArrowUp")  # from the first to the last
    expect(options.last).to_have_attribute("aria-selected", "true")
    olga.keyboard.press("ArrowDown")
    olga.keyboard.press("ArrowDown")
    with olga.context.expect_page() as opened:
        olga.keyboard.press("Control+Enter")
    assert opened.value.url.endswith(f"/groups/{live_cast.groups['marketing'].pk}/")
    opened.value.close()
    expect(palette(olga)).to_be_visible()
    olga.keyboard.press("Enter")
    olga.wait_for_url(f"**/groups/{live_cast.groups['marketing'].pk}/")
    expect(olga.get_by_role("heading", level=1)).to_have_text("Marketing")


@pytest.mark.spec("U-21")
def test_enter_waits_for_the_results_of_what_was_typed(olga: Page, live_server):
    olga.goto(live_server.url + HOME)
    olga.keyboard.press("/")
    expect(palette(olga).get_by_role("combobox")).to_be_focused()
    olga.keyboard.type("audit log")
    olga.keyboard.press("Enter")
    olga.wait_for_url("**/audit-log/")


@pytest.mark.spec("U-21")
def test_slash_is_a_letter_in_fields_and_dialogs_keep_the_keys(olga: Page, live_server):
    olga.goto(live_server.url + USERS)
    search = olga.get_by_role("searchbox", name="Search name or email")
    search.focus()
    olga.keyboard.press("/")
    expect(search).to_have_value("/")
    olga.keyboard.press("Control+k")
    expect(palette(olga)).to_be_visible()
    olga.keyboard.press("Escape")
    expect(palette(olga)).to_have_count(0)
    expect(search).to_be_focused()
    olga.goto(live_server.url + "/o/acme/groups/")
    olga.get_by_role("link", name="Add new group").first.click()
    olga.get_by_role("dialog").get_by_label("Name").fill("Data")
    olga.keyboard.press("Control+k")
    olga.get_by_role("dialog").get_by_role("link", name="Cancel").focus()
    olga.keyboard.press("/")
    expect(palette(olga)).to_have_count(0)
    expect(olga.get_by_role("dialog").get_by_label("Name")).to_have_value("Data")


@pytest.mark.spec("U-21")
@pytest.mark.parametrize("width,scheme", [(1440, "light"), (390, "dark")])
def test_is_accessible_and_fits_the_screen(olga: Page, live_server, axe, width, scheme):
    olga.set_viewport_size({"width": width, "height": 800})
    olga.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    olga.goto(live_server.url + "/o/acme/search/?q=mar")
    axe(olga)
    olga.goto(live_server.url + HOME)
    if width < 640:
        olga.get_by_role("link", name="Search").click()
    else:
        olga.locator(".sidebar").get_by_role("link", name="Search").click()
    expect(palette(olga).get_by_role("option").first).to_be_visible()
    axe(olga)
    olga.keyboard.type("zzz")
    expect(palette(olga)).to_contain_text("No results for “zzz”.")
    expect(palette(olga).get_by_role("status")).to_have_text("0 results")
    axe(olga)
    assert olga.evaluate("document.documentElement.scrollWidth") <= width
    olga.mouse.click(width - 5, 795)  # the backdrop
    expect(palette(olga)).to_have_count(0)


@pytest.mark.spec("U-21")
def test_its_script_and_styles_are_loaded_at_first_use(olga: Page, live_server):
    requested: list[str] = []
    olga.on("request", lambda request: requested.append(request.url))
    olga.goto(live_server.url + HOME, wait_until="networkidle")
    assert not [url for url in requested if "palette" in url]
    olga.keyboard.press("Control+k")
    expect(palette(olga)).to_be_visible()
    assert len([url for url in requested if "palette." in url]) == 2
