"""Selecting users and running bulk actions in a real browser: by mouse, by keyboard, without scripts (U-15)."""

import re

import pytest
from playwright.sync_api import Page, expect

from console.models import BulkAction
from console.tests.people import PENDING, USERS, joined
from organizations.models import GroupMembership, Membership, Status
from teamadmin.testing.cast import role_named
from teamadmin.testing.pages import tick_filter, use_session, wait_for_htmx

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.spec("U-15"), pytest.mark.usefixtures("refusals")]


@pytest.fixture
def crowd(live_cast, monkeypatch):
    """Seventy joined members: Bo, Max, Olga, Opal and Person 000 to 065."""
    monkeypatch.setattr("console.bulk.confirmation.REQUEST_SECONDS", 19.0)  # no worker runs to do the rest
    live_cast.people = joined(live_cast.acme, 66)
    return live_cast


def box(page: Page, name: str):
    return page.get_by_role("checkbox", name=f"Select {name}", exact=True)


def bar(page: Page):
    return page.get_by_role("group", name="Actions for selected users")


def ticked(page: Page) -> int:
    return page.locator("tbody .check:checked").count()


def said(page: Page):
    return page.locator("[data-select-said]")


def test_ranges_by_mouse_and_clearing(page, crowd, open_page):
    open_page(page, crowd, "olga", USERS)
    expect(bar(page)).to_be_hidden()
    box(page, "Person 001 Test").click()
    expect(bar(page)).to_be_visible()
    expect(said(page)).to_contain_text("1 selected")
    box(page, "Person 005 Test").click(modifiers=["Shift"])
    assert ticked(page) == 5
    expect(said(page)).to_contain_text("5 selected")
    box(page, "Person 003 Test").click(modifiers=["Shift"])  # cleared, with all up to the last one clicked
    assert ticked(page) == 2
    head = page.get_by_role("checkbox", name="Select this page")
    assert head.evaluate("box => box.indeterminate")
    head.click()
    assert ticked(page) == 50
    page.get_by_role("button", name="Clear selection").click()
    expect(bar(page)).to_be_hidden()
    expect(said(page)).to_have_text("No users selected")
    assert not head.is_checked() and not head.evaluate("box => box.indeterminate")


def test_selecting_by_keyboard(page, crowd, open_page):
    open_page(page, crowd, "olga", USERS)
    box(page, "Person 001 Test").focus()
    page.keyboard.press("Space")
    box(page, "Person 004 Test").focus()
    page.keyboard.press("Shift+Space")
    assert ticked(page) == 4
    page.keyboard.press("Escape")
    assert ticked(page) == 0
    expect(box(page, "Person 004 Test")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    change = page.get_by_role("button", name="Change role")
    expect(change).to_be_focused()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Change role for 1 user?")
    expect(dialog.get_by_role("link", name="Cancel")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(change).to_be_focused()
    page.keyboard.press("Enter")
    assert dialog.locator("noscript").count() == 0  # its button would be a real one, which Enter presses
    dialog.get_by_role("radio", name="Admin").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Role changed to Manager for 1 user.")
    expect(page.locator("tbody tr").filter(has_text="Person 004")).to_contain_text("Manager")
    expect(bar(page)).to_be_hidden()


@pytest.mark.parametrize(("action", "asked"), [("Change role", "Role"), ("Add to group", "Group")])
def test_a_missing_choice_is_an_error(page, crowd, open_page, axe, action, asked):
    open_page(page, crowd, "olga", USERS)
    box(page, "Bo Lindqvist").click()
    bar(page).get_by_role("button", name=action).click()
    page.get_by_role("dialog").locator("[type=submit]").click()
    choices = page.get_by_role("dialog").get_by_role("group", name=asked)
    expect(choices).to_be_focused()
    expect(choices).to_contain_text(f"Choose a {asked.lower()}.")
    axe(page)


def test_the_selection_is_kept_until_the_view_changes(page, crowd, open_page):
    open_page(page, crowd, "olga", USERS)
    box(page, "Bo Lindqvist").click()
    box(page, "Max Keller").click()
    with page.expect_response("**/users/"):
        page.evaluate("document.body.dispatchEvent(new Event('users-changed'))")  # as after an action on one member
    expect(page.locator(".htmx-request")).to_have_count(0)
    expect(page.locator("tbody .check:checked")).to_have_count(2)
    page.get_by_role("link", name="Next").click()
    expect(page.locator("tbody tr")).to_have_count(20)
    expect(bar(page)).to_be_hidden()
    page.go_back()
    expect(page.locator("tbody tr")).to_have_count(50)


def test_an_updated_row_stays_selected(page, crowd, open_page):
    crowd.invite(people=[("Nadia", "Petrov", "nadia@acme.example"), ("Eve", "Late", "eve@acme.example")])
    open_page(page, crowd, "olga", PENDING)
    page.get_by_role("checkbox", name="Select this page").click()
    page.get_by_role("button", name="More actions for Nadia Petrov").click()
    page.get_by_role("menuitem", name="Resend invite").click()
    expect(page.locator("#toasts")).to_contain_text("Invitation resent to Nadia Petrov.")
    expect(page.locator("tbody .check:checked")).to_have_count(2)


def test_on_phones_the_bar_selects_all(page, crowd, open_page, axe):
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, crowd, "olga", USERS)
    box(page, "Bo Lindqvist").click()
    page.get_by_role("checkbox", name="Select all matching").check()
    expect(page.get_by_role("checkbox", name="Select all 70 matching")).to_be_checked()
    assert ticked(page) == 50
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    box(page, "Bo Lindqvist").click()
    expect(page.get_by_role("checkbox", name="Select all 70 matching")).not_to_be_checked()


def test_each_action_of_the_bar_by_mouse(page, crowd, open_page):
    open_page(page, crowd, "olga", USERS)

    def act(button: str, confirm: str, result: str, *, choose: str = "", names=("Person 001", "Person 002")) -> None:
        for name in names:
            box(page, f"{name} Test").click()
        bar(page).get_by_role("button", name=button).click()
        dialog = page.get_by_role("dialog")
        if choose:
            dialog.get_by_role("radio", name=choose).check()
        dialog.get_by_role("button", name=confirm).click()
        expect(page.locator(".toast").last).to_contain_text(result)
        expect(dialog).to_be_hidden()
        expect(bar(page)).to_be_hidden()

    act("Change role", "Change role for 2 users", "Role changed to Operator for 2 users.", choose="Operator")
    act("Add to group", "Add 2 users", "Added 2 users to Research.", choose="Research")
    act("Deactivate", "Deactivate 2 users", "Deactivated 2 users.")
    tick_filter(page, "Status", "Deactivated")
    expect(page.locator("tbody tr")).to_have_count(2)
    act("Reactivate", "Reactivate 2 users", "Reactivated 2 users.")
    page.goto(page.url.split("?")[0])
    act("Delete", "Delete 2 users", "Deleted 2 users.")
    expect(page.get_by_role("link", name="All Users 68")).to_be_visible()
    assert GroupMembership.objects.filter(group=crowd.groups["research"]).count() == 0


def test_resend_from_the_pending_tab(page, crowd, open_page):
    crowd.invite(people=[("Nadia", "Petrov", "nadia@acme.example"), ("Eve", "Late", "eve@acme.example")])
    open_page(page, crowd, "max", PENDING)
    page.get_by_role("checkbox", name="Select this page").click()
    bar(page).get_by_role("button", name="Resend invite").click()
    page.get_by_role("dialog").get_by_role("button", name="Resend 2 invites").click()
    expect(page.locator("#toasts")).to_contain_text("Resent 2 invitations.")


def test_all_that_match_including_the_actor(page, crowd, open_page, axe):
    open_page(page, crowd, "olga", USERS + "?q=acme")
    every = page.get_by_role("checkbox", name=re.compile("Select all"))
    expect(every).to_be_hidden()
    page.get_by_role("checkbox", name="Select this page").click()
    expect(every).to_have_accessible_name("Select all 70 matching")
    every.check()
    expect(bar(page)).to_contain_text("All matching selected")
    axe(page)
    box(page, "Bo Lindqvist").click()
    expect(every).to_be_hidden()
    box(page, "Bo Lindqvist").click()
    expect(every).not_to_be_checked()
    every.check()
    bar(page).get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog", name="You can’t delete yourself")
    axe(page)
    dialog.get_by_role("button", name="Delete the other 69").click()
    dialog = page.get_by_role("dialog", name="Delete 69 users?")
    wait_for_htmx(page)
    expect(dialog.get_by_role("textbox")).to_be_focused()
    expect(dialog).to_contain_text("Type “delete 69 users” to continue.")
    dialog.get_by_role("textbox").fill("delete 69 users")
    dialog.get_by_role("button", name="Delete 69 users").click()
    expect(page.locator("#toasts")).to_contain_text("Deleted 69 users.")
    expect(page.locator("tbody tr")).to_have_count(1)
    assert list(Membership.objects.filter(organization=crowd.acme)) == [crowd.olga]


def test_searching_for_a_group(page, crowd, open_page, monkeypatch):
    monkeypatch.setattr("organizations.queries.choices.MAX_OPTIONS", 1)
    open_page(page, crowd, "olga", USERS)
    box(page, "Bo Lindqvist").click()
    bar(page).get_by_role("button", name="Add to group").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("radio", name="Marketing")).to_be_visible()
    search = dialog.get_by_role("searchbox", name="Search groups")
    search.press_sequentially("rese", delay=20)
    dialog.get_by_role("radio", name="Research").check()
    search.press("Enter")  # searches, and adds no one
    wait_for_htmx(page)
    expect(search).to_have_value("rese")
    assert not BulkAction.objects.exists()
    dialog.get_by_role("button", name="Add 1 user").click()
    expect(page.locator("#toasts")).to_contain_text("Added 1 user to Research.")


def test_above_200_the_page_shows_the_workers_progress(page, crowd, open_page, axe, monkeypatch):
    monkeypatch.setattr("console.bulk.services.IMMEDIATE_LIMIT", 20)
    monkeypatch.setattr("console.bulk.confirmation.IMMEDIATE_LIMIT", 20)
    open_page(page, crowd, "olga", USERS + "?q=person")
    page.get_by_role("checkbox", name="Select this page").click()
    page.get_by_role("checkbox", name=re.compile("Select all 66")).check()
    bar(page).get_by_role("button", name="Deactivate").click()
    page.get_by_role("dialog").get_by_role("button", name="Deactivate 66 users").click()
    expect(page.get_by_role("heading", name="Deactivating 66 users")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_accessible_name("0 of 66")
    axe(page)
    from console.bulk.worker import process

    action = BulkAction.objects.get()
    process(action.pk, limit=30)
    expect(page.get_by_role("progressbar")).to_have_accessible_name("30 of 66")
    late = action.items.filter(state="todo").first()
    Membership.objects.filter(pk=late.member_id).update(status=Status.DEACTIVATED)
    process(action.pk, limit=100)
    expect(page.get_by_role("heading", name="Deactivated 65 users; 1 was skipped.")).to_be_visible()
    expect(page.locator("#bulk-said")).to_contain_text("Deactivated 65 users")
    axe(page)
    page.get_by_role("link", name="Skipped 1").click()
    expect(page.locator("main")).to_contain_text(f"{late.name} isn’t active.")
    page.get_by_role("link", name="Users", exact=True).last.click()
    expect(page).to_have_url(re.compile(r"/users/\?q=person$"))
    page.goto(page.url.split("?")[0] + "bulk/")
    page.get_by_role("link", name="Deactivated 65 users").click()
    expect(page.get_by_role("link", name="Done 65")).to_be_visible()


def test_a_running_action_is_stopped(page, crowd, open_page, monkeypatch):
    monkeypatch.setattr("console.bulk.services.IMMEDIATE_LIMIT", 2)
    monkeypatch.setattr("console.bulk.confirmation.IMMEDIATE_LIMIT", 2)
    open_page(page, crowd, "olga", USERS)
    for number in range(3):
        box(page, f"Person {number:03} Test").click()
    bar(page).get_by_role("button", name="Deactivate").click()
    page.get_by_role("dialog").get_by_role("button", name="Deactivate 3 users").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("heading", name="Deactivated 0 users. The action was stopped.")).to_be_visible()
    expect(page.get_by_role("link", name="Not processed 3")).to_be_visible()


@pytest.mark.parametrize("width", [1440, 390])
def test_without_a_script(browser, crowd, live_server, width):
    context = browser.new_context(java_script_enabled=False, viewport={"width": width, "height": 844})
    use_session(context, live_server.url, crowd.client("olga"))
    page = context.new_page()
    page.goto(live_server.url + USERS)
    for name in ("Bo Lindqvist", "Max Keller"):
        box(page, name).check()
    bar(page).get_by_role("button", name="Change role").click()
    expect(page.get_by_role("heading", name="Change role for 2 users?")).to_be_visible()
    page.get_by_role("radio", name="Operator").check()
    page.get_by_role("button", name="Change role for 2 users").click()
    expect(page.locator("#toasts")).to_contain_text("Role changed to Operator for 2 users.")
    page.get_by_role("link", name="View results").click()
    expect(page.get_by_role("link", name="Done 2")).to_be_visible()
    assert list(crowd.bo.roles.all()) == [role_named("operator")]
    context.close()
