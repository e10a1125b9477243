"""Saved views in a real browser: by keyboard, on a phone, and without JavaScript (U-20)."""

import re

import pytest
from playwright.sync_api import expect

from console.models import SavedView
from console.tests.people import USERS
from console.tests.test_filters import role_id
from teamadmin.testing.pages import tick_filter, use_session, wait_for_htmx

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.spec("U-20")]


def test_a_view_is_saved_changed_and_updated(page, live_cast, open_page, axe):
    open_page(page, live_cast, "olga", USERS)
    tick_filter(page, "Role", "Builder")
    expect(page.locator("tbody tr")).to_have_count(1)
    button = page.locator("#users-views")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="All users", exact=True)).to_be_focused()
    axe(page)
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Save view")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Name")).to_be_focused()
    axe(page)
    page.keyboard.type("Builders")
    page.get_by_role("radio", name="Everyone who can see users").check()
    page.get_by_role("dialog").get_by_role("button", name="Save view").click()
    expect(button).to_have_text(re.compile(r"View\s+Builders\s*$"))
    tick_filter(page, "Status", "Active")
    expect(button).to_contain_text("(changed)")
    wait_for_htmx(page)
    button.click()
    page.get_by_role("button", name="Update view").click()
    expect(page.locator("#toasts")).to_contain_text("Builders was updated.")
    expect(button).not_to_contain_text("(changed)")
    assert "status=active" in SavedView.objects.get().view


def test_on_a_phone_a_default_view_opens_and_all_users_are_one_tap_away(page, live_cast, open_page, axe):
    page.set_viewport_size({"width": 390, "height": 844})
    view = SavedView.objects.create(
        organization=live_cast.acme, name="Builders and Operators", name_key="builders and operators", view="?q=bo"
    )
    open_page(page, live_cast, "olga", f"{USERS}?saved={view.pk}")
    button = page.locator("#users-views")
    button.click()
    page.get_by_role("button", name="Set as default").click()
    expect(page.locator("#toasts")).to_contain_text("This is now your default view.")
    page.goto(page.url.split("?")[0])
    expect(button).to_contain_text("(default)")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe(page)
    button.click()
    page.get_by_role("link", name="All users", exact=True).click()
    expect(page.locator("tbody tr")).to_have_count(4)
    page.reload()
    expect(page.locator("tbody tr")).to_have_count(4)


def test_views_work_without_javascript(browser, live_server, live_cast):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1440, "height": 900})
    use_session(context, live_server.url, live_cast.client("olga"))
    page = context.new_page()
    page.goto(f"{live_server.url}{USERS}?q=bo")
    page.locator("#users-views").click()
    page.get_by_role("link", name="Save view").click()
    page.get_by_role("textbox", name="Name").fill("Bo")
    page.get_by_role("button", name="Save view").click()
    expect(page.locator("#users-views")).to_contain_text("Bo")
    page.locator("#users-views").click()
    page.get_by_role("link", name="Rename or share view").click()
    page.get_by_role("textbox", name="Name").fill("Bo only")
    page.get_by_role("button", name="Save view", exact=True).click()
    page.locator("#users-views").click()
    page.get_by_role("link", name="Delete view").click()
    page.get_by_role("button", name="Delete view").click()
    expect(page.locator("#toasts")).to_contain_text("The view Bo only was deleted.")
    expect(page.locator("tbody tr")).to_have_count(4)
    context.close()


@pytest.mark.spec("U-6")
@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_long_names_do_not_hide_what_changed_and_how_many_values_there_are(page, live_cast, open_page, width):
    page.set_viewport_size({"width": width, "height": 900})
    name = "Everyone who joined during the last reorganization"
    view = SavedView.objects.create(organization=live_cast.acme, name=name, name_key=name.lower(), view="?q=bo")
    roles = "&".join(f"role={role_id(key)}" for key in ("manager", "builder"))
    open_page(page, live_cast, "olga", f"{USERS}?q=bo&{roles}&saved={view.pk}")
    for button, text in ((page.locator("#users-views"), "(changed)"), (page.locator("#filter-role"), "+1")):
        note, chevron = button.get_by_text(text).bounding_box(), button.locator(".icon").bounding_box()
        assert note["x"] + note["width"] <= chevron["x"], text
        shown = button.locator(".truncate").bounding_box()
        assert shown["width"] > 20 and shown["x"] + shown["width"] <= note["x"], text
    assert page.locator("#users-views .truncate").bounding_box()["width"] > 80
