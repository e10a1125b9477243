"""The audit log in a browser: filters, opened entries, export, streams, phone, and no JavaScript (A-4, A-8)."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from teamadmin.testing.audit_entries import LOG, write, write_many
from teamadmin.testing.pages import use_session

pytestmark = pytest.mark.spec("A-4")


def fill_log(cast) -> None:
    write_many(cast.acme, cast.max, "group.renamed", 30, cast.groups["research"])
    changed = {"from": ["Builder"], "to": ["Manager"]}
    write(cast.acme, cast.olga, "member.roles_changed", cast.bo, data=changed, ip="81.2.69.142", via="SCIM",
          ago=timedelta(hours=3))  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_filtering_opening_and_exporting(page, open_page, axe, live_cast, scheme):
    fill_log(live_cast)
    page.emulate_media(color_scheme=scheme)
    open_page(page, live_cast, "olga", LOG)
    axe(page)
    page.get_by_role("button", name="Person Any").click()
    page.get_by_role("searchbox", name="Search people").fill("lindq")
    page.get_by_role("checkbox", name="Bo Lindqvist", exact=True).check()
    expect(page.get_by_role("button", name="Person Bo Lindqvist")).to_be_visible()
    page.keyboard.press("Escape")
    entry = page.get_by_role("link", name="Changed Bo Lindqvist’s role from Builder to Manager")
    entry.click()
    expect(page.get_by_text("United Kingdom (approximate)")).to_be_visible()
    expect(entry).to_be_focused()
    expect(entry).to_have_attribute("aria-expanded", "true")
    axe(page)
    page.keyboard.press("Enter")
    expect(page.get_by_text("United Kingdom (approximate)")).to_be_hidden()
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV For spreadsheets").click()
    lines = download.value.path().read_text("utf-8-sig").splitlines()
    assert len(lines) == 2 and "Bo Lindqvist" in lines[1]


def test_opening_an_entry_keeps_the_place_on_the_page(page, open_page, live_cast):
    fill_log(live_cast)
    open_page(page, live_cast, "olga", LOG)
    entry = page.locator(".toggle").nth(15)
    entry.scroll_into_view_if_needed()
    before = entry.bounding_box()["y"]
    entry.click()
    expect(page.locator(".opened")).to_be_visible()
    assert abs(page.locator(".toggle").nth(15).bounding_box()["y"] - before) < 5


def test_the_search_narrows_the_list_and_dates_come_from_a_menu(page, open_page, live_cast, axe):
    fill_log(live_cast)
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, live_cast, "olga", LOG)
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("searchbox", name="Search name, event or IP address").fill("81.2.69.142")
    expect(page.locator(".toggle")).to_have_count(1)
    expect(page.get_by_text("Search covers the latest 20,000 entries.")).to_be_visible()
    page.get_by_role("button", name="When Any time").click()
    page.get_by_label("From").fill("2020-01-01")
    page.get_by_label("To").fill("2020-01-31")
    axe(page)
    page.get_by_role("button", name="Apply dates").click()
    expect(page.get_by_text("No entries match")).to_be_visible()
    page.get_by_role("link", name="Remove Search: 81.2.69.142").click()
    expect(page.get_by_role("button", name="When Jan 1, 2020 – Jan 31, 2020")).to_be_visible()


def test_it_works_without_javascript(browser, open_page, live_cast):
    fill_log(live_cast)
    context = browser.new_context(java_script_enabled=False)
    use_session(context, open_page.url, live_cast.client("olga"))
    page = context.new_page()
    page.goto(open_page.url + LOG)
    page.get_by_role("button", name="Event Any").click()
    page.get_by_role("checkbox", name="Roles changed").check()
    page.get_by_role("button", name="Apply").click()
    page.get_by_role("link", name="Changed Bo Lindqvist’s role").click()
    expect(page.get_by_text("United Kingdom (approximate)")).to_be_visible()
    page.get_by_role("button", name="When Any time").click()
    page.get_by_role("link", name="Today").click()
    expect(page.get_by_role("button", name="When Today")).to_be_visible()
    context.close()


@pytest.mark.spec("A-8")
def test_creating_a_stream_shows_the_secret_in_a_dialog(page, open_page, axe, live_cast):
    open_page(page, live_cast, "olga", f"{LOG}streams/")
    axe(page)
    page.get_by_role("link", name="Create stream").click()
    page.get_by_label("Address").fill("https://127.0.0.1:1/hook")
    axe(page)
    page.get_by_role("dialog").get_by_role("button", name="Create stream").click()
    expect(page.get_by_role("heading", name="Copy the secret now")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="I’ve copied it").click()
    page.get_by_role("button", name="Send test event").click()
    expect(page.get_by_text("The receiver didn’t accept the test event")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Delete").click()
    expect(page.get_by_role("dialog")).to_contain_text("The receiver stops getting entries")
    page.get_by_role("button", name="Delete stream").click()
    expect(page.get_by_text("Stream deleted.")).to_be_visible()


def test_own_activity_is_accessible(page, open_page, axe, live_cast):
    write(live_cast.acme, live_cast.bo, "sign_out", live_cast.bo, ip="81.2.69.142")
    open_page(page, live_cast, "bo", "/o/acme/preferences/activity/")
    expect(page.get_by_text("United Kingdom")).to_be_visible()
    axe(page)
