"""Filters and columns in a real browser, by mouse and by keyboard, with and without JavaScript (U-5, U-6)."""

import re

import pytest
from playwright.sync_api import Page, expect

from console.tests.people import USERS, in_groups, joined
from organizations.models import Group
from teamadmin.testing.pages import tick_filter, use_session

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def crowd(live_cast):
    """Put ten new members into Research; Bo is in Marketing. There are twelve groups."""
    in_groups(joined(live_cast.acme, 10), [live_cast.groups["research"]])
    Group.objects.bulk_create(Group(organization=live_cast.acme, name=f"Team {n:02}").prepare() for n in range(10))
    return live_cast


def rows(page: Page):
    return page.locator("tbody tr")


@pytest.mark.spec("U-6")
def test_filter_by_mouse_and_go_back(page, crowd, open_page, axe):
    open_page(page, crowd, "olga", USERS)
    tick_filter(page, "Role", "Builder")
    expect(rows(page)).to_have_count(11)
    expect(page).to_have_url(re.compile(r"\?role=[0-9a-f-]{36}$"))
    page.get_by_role("button", name="Group Any").click()
    search = page.get_by_role("searchbox", name="Search groups")
    expect(page.get_by_role("checkbox", name="Team 09")).to_be_visible()
    search.press_sequentially("mark", delay=30)
    expect(page.get_by_role("checkbox", name="Team 09")).to_be_hidden()
    axe(page)
    page.get_by_role("checkbox", name="Marketing").check()
    expect(rows(page)).to_have_count(1)
    expect(page).to_have_url(re.compile(r"role=.*group="))
    expect(page.get_by_role("button", name="Group Marketing")).to_be_visible()
    # The menu stays open for another value, and keeps what is ticked during a search.
    search.fill("rese")
    page.get_by_role("checkbox", name="Research").check()
    expect(rows(page)).to_have_count(11)
    expect(page.get_by_role("button", name=re.compile(r"^Group Marketing \+1"))).to_be_visible()
    expect(page.get_by_role("list", name="Active filters")).to_contain_text("Group: Research")
    axe(page)
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Remove Group: Research").click()
    expect(rows(page)).to_have_count(1)
    page.get_by_role("searchbox", name="Search name or email").press_sequentially("zoltan", delay=30)
    expect(page.get_by_role("heading", name="No members match “zoltan”")).to_be_visible()
    page.get_by_role("link", name="Remove Search: zoltan").click()
    expect(rows(page)).to_have_count(1)
    page.get_by_role("link", name="Clear", exact=True).click()
    expect(rows(page)).to_have_count(14)
    expect(page.get_by_role("link", name="Clear", exact=True)).to_be_hidden()
    page.go_back()
    expect(rows(page)).to_have_count(1)
    expect(page.get_by_role("button", name="Group Marketing")).to_be_visible()


@pytest.mark.spec("U-6")
def test_filter_by_keyboard(page, crowd, open_page):
    open_page(page, crowd, "olga", USERS)
    page.get_by_role("button", name="Group Any").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("searchbox", name="Search groups")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Group Any")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("searchbox", name="Search groups")).to_be_focused()
    page.keyboard.type("resea")
    expect(page.get_by_role("checkbox", name="Team 01")).to_be_hidden()
    page.keyboard.press("Tab")
    expect(page.get_by_role("checkbox", name="Research")).to_be_focused()
    page.keyboard.press("Space")
    expect(rows(page)).to_have_count(10)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Group Research")).to_be_focused()
    page.get_by_role("button", name="Managed by Any").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("checkbox", name="Manually managed")).to_be_focused()
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile("group=.*managed_by=manual"))
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.get_by_role("heading", name="No members match these filters")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name=re.compile("^Managed by "))).to_be_focused()


@pytest.mark.spec("U-5")
def test_columns_chosen_by_mouse_are_saved(page, crowd, open_page, axe):
    open_page(page, crowd, "olga", USERS + "?q=person")
    page.get_by_role("button", name="Column settings").click()
    page.get_by_role("checkbox", name="Joined").check()
    expect(page.get_by_role("columnheader", name="Joined")).to_be_visible()
    page.get_by_role("checkbox", name="Groups").uncheck()
    expect(page.get_by_role("columnheader", name="Groups")).to_be_hidden()
    axe(page)
    expect(page).to_have_url(re.compile(r"\?q=person&columns=role"))
    page.goto(page.url.split("?")[0])
    expect(page.get_by_role("columnheader", name="Joined")).to_be_visible()
    page.get_by_role("button", name="Column settings").click()
    page.get_by_role("button", name="Reset columns").click()
    expect(page.get_by_role("columnheader", name="Joined")).to_be_hidden()
    expect(page.get_by_role("checkbox", name="Joined")).not_to_be_checked()
    page.reload()
    expect(page.get_by_role("columnheader", name="Groups")).to_be_visible()


@pytest.mark.spec("U-5")
def test_columns_can_be_chosen_by_keyboard(page, crowd, open_page):
    open_page(page, crowd, "olga", USERS)
    page.get_by_role("button", name="Column settings").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("checkbox", name="Groups")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_role("columnheader", name="Groups")).to_be_hidden()
    expect(page.get_by_role("checkbox", name="Groups")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Column settings")).to_be_focused()


@pytest.mark.spec("U-5", "U-6")
def test_filters_and_columns_work_without_javascript(browser, live_server, crowd):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1440, "height": 900})
    use_session(context, live_server.url, crowd.client("olga"))
    page = context.new_page()
    page.goto(live_server.url + USERS + "?sort=-name")
    page.get_by_role("button", name="Group Any").click()
    page.get_by_role("searchbox", name="Search groups").fill("rese")
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("checkbox", name="Research").check()
    page.get_by_role("button", name="Apply").click()
    expect(rows(page)).to_have_count(10)
    expect(page).to_have_url(re.compile("sort=-name"))
    page.get_by_role("button", name="2FA Any").click()
    page.get_by_role("checkbox", name="On", exact=True).check()
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("heading", name="No members match these filters")).to_be_visible()
    page.get_by_role("link", name="Remove 2FA: On").click()
    page.get_by_role("button", name="Column settings").click()
    page.get_by_role("checkbox", name="Joined").check()
    page.get_by_role("button", name="Save columns").click()
    expect(page.get_by_role("columnheader", name="Joined")).to_be_visible()
    expect(rows(page)).to_have_count(10)
    context.close()


@pytest.mark.spec("U-6")
def test_only_the_filters_scroll_sideways_on_a_phone(page, crowd, open_page, axe):
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, crowd, "olga", USERS)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tick_filter(page, "2FA", "On")
    expect(page.get_by_role("heading", name="No members match 2FA “On”")).to_be_visible()
    axe(page)
