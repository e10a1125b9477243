"""Undo in the toast, in a browser: by mouse and keyboard, its timer, and without JavaScript (U-22)."""

import re

import pytest
from playwright.sync_api import Page, expect

from console.bulk.worker import process
from console.models import BulkAction
from console.tests.people import USERS, in_groups, joined
from organizations.models import GroupMembership, Membership, Status
from teamadmin.testing.pages import use_session

pytestmark = pytest.mark.spec("U-22")


def group_url(cast) -> str:
    return f"/o/acme/groups/{cast.groups['marketing'].pk}/"


def remove_bo(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Remove Bo")).click()
    expect(page.locator("[data-undo]")).to_contain_text(
        "Removed Bo Lindqvist from Marketing. Bo loses Atlas and Website."
    )


def test_a_removal_is_undone_by_mouse_and_by_keyboard(page, live_cast, open_page, axe):
    in_groups([live_cast.opal], [live_cast.groups["marketing"]])  # an empty group has no search
    open_page(page, live_cast, "olga", group_url(live_cast))
    remove_bo(page)
    axe(page)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone. Access was restored.")).to_be_visible()
    expect(page.locator("[data-undo]")).to_have_count(0)
    expect(page.locator("#members-title")).to_be_focused()
    remove_bo(page)
    page.get_by_label("Search members").press("Control+z")  # in a field, it undoes typing
    expect(page.locator("[data-undo]")).to_have_count(1)
    page.locator("#members-title").focus()
    page.keyboard.press("Control+z")
    expect(page.locator("[data-undo]")).to_have_count(0)
    assert GroupMembership.objects.filter(membership=live_cast.bo).count() == 1


def test_the_toast_stays_for_ten_seconds_and_waits_while_it_is_used(page, live_cast, open_page):
    page.clock.install()
    open_page(page, live_cast, "olga", group_url(live_cast))
    remove_bo(page)
    toast = page.locator("[data-undo]")
    page.mouse.move(0, 0)
    page.clock.run_for(9_000)
    expect(toast).to_be_visible()
    toast.get_by_role("button", name="Undo").focus()
    page.clock.run_for(60_000)
    expect(toast).to_be_visible()
    toast.get_by_role("button", name="Undo").blur()
    toast.hover()
    page.clock.run_for(60_000)
    expect(toast).to_be_visible()
    page.mouse.move(0, 0)
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")  # another tab
    page.clock.run_for(60_000)
    expect(toast).to_be_visible()
    page.evaluate("delete document.hidden")
    page.clock.run_for(2_000)
    expect(toast).to_have_count(0)


def test_without_a_script_undo_is_on_the_next_page(browser, live_cast, live_server):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    use_session(context, live_server.url, live_cast.client("olga"))
    page = context.new_page()
    page.goto(live_server.url + group_url(live_cast))
    remove_bo(page)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone. Access was restored.")).to_be_visible()
    assert GroupMembership.objects.filter(membership=live_cast.bo).count() == 1
    context.close()


def test_bulk_actions_in_the_menu_show_who_loses_what(page, live_cast, open_page, axe):
    in_groups(joined(live_cast.acme, 2), [live_cast.groups["marketing"]])
    open_page(page, live_cast, "olga", "/o/acme/users/")
    for name in ("Person 000 Test", "Person 001 Test"):
        page.get_by_role("checkbox", name=f"Select {name}").check()
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("button", name="Remove from group").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name="Marketing").check()
    expect(dialog.locator("#bulk-effect")).to_contain_text(
        "Person 000 Test and Person 001 Test lose Atlas and Website."
    )
    axe(page)
    dialog.get_by_role("button", name="Remove 2 users").click()
    expect(page.locator("[data-undo]")).to_contain_text("Removed 2 users from Marketing.")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone. Access was restored.")).to_be_visible()
    assert GroupMembership.objects.filter(group=live_cast.groups["marketing"]).count() == 3


def test_changed_roles_are_undone_by_keyboard_and_the_focus_stays_on_the_page(page, live_cast, open_page, axe):
    people = joined(live_cast.acme, 2)
    open_page(page, live_cast, "olga", "/o/acme/users/")
    for name in ("Person 000 Test", "Person 001 Test"):
        page.get_by_role("checkbox", name=f"Select {name}").check()
    page.get_by_role("button", name="Change role").press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name="Manager").press("Space")
    dialog.get_by_role("radio", name="Manager").press("Enter")
    undo = page.locator("[data-undo]").get_by_role("button", name="Undo Ctrl Z")  # read out with the message
    undo.focus()
    axe(page)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Undone. Roles were restored.")).to_be_visible()
    expect(page.locator("#main")).to_be_focused()
    assert {role.key for person in people for role in person.roles.all()} == {"builder"}


def deactivate(page: Page, *people: str) -> None:
    for name in people:
        page.get_by_role("checkbox", name=f"Select {name}", exact=True).check()
    page.get_by_role("group", name="Actions for selected users").get_by_role("button", name="Deactivate").click()
    page.get_by_role("button", name=f"Deactivate {len(people)} users").click()


def test_bulk_deactivation_is_undone_by_keyboard(page, live_cast, open_page):
    people = joined(live_cast.acme, 2)
    open_page(page, live_cast, "olga", USERS)
    deactivate(page, "Person 000 Test", "Person 001 Test")
    expect(page.locator("[data-undo]")).to_contain_text("Deactivated 2 users. They can’t open Acme")
    page.locator("#main").focus()
    page.keyboard.press("Control+z")
    expect(page.get_by_text("Undid “Deactivated 2 users” for 2 users.")).to_be_visible()
    expect(page.locator("tbody tr").filter(has_text="Person 001")).to_contain_text("Active")
    assert {Membership.objects.get(pk=person.pk).status for person in people} == {Status.ACTIVE}


@pytest.mark.parametrize("script", [True, False])
def test_what_a_worker_finished_is_undone_on_its_page(browser, live_cast, live_server, axe, monkeypatch, script):
    for module in ("services", "confirmation", "views"):
        monkeypatch.setattr(f"console.bulk.{module}.IMMEDIATE_LIMIT", 1)
    people = joined(live_cast.acme, 2)
    context = browser.new_context(java_script_enabled=script, viewport={"width": 390, "height": 844})
    use_session(context, live_server.url, live_cast.client("olga"))
    page = context.new_page()
    page.goto(live_server.url + USERS)
    deactivate(page, "Person 000 Test", "Person 001 Test")
    expect(page.get_by_role("heading", name="Deactivating 2 users")).to_be_visible()
    process(BulkAction.objects.get().pk)
    if not script:
        page.get_by_role("link", name="Refresh").click()
    expect(page.get_by_role("heading", name="Deactivated 2 users.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    if script:
        axe(page)
    page.get_by_role("button", name="Undo").press("Enter")
    expect(page.get_by_role("heading", name="Undoing “Deactivated 2 users”")).to_be_visible()
    process(BulkAction.objects.get(kind="undo").pk)
    if not script:
        page.get_by_role("link", name="Refresh").click()
    expect(page.get_by_role("heading", name="Undid “Deactivated 2 users” for 2 users.")).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    assert {Membership.objects.get(pk=person.pk).status for person in people} == {Status.ACTIVE}
    context.close()
