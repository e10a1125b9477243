"""Closing a dialog or leaving a page with unsaved input asks for confirmation."""

import pytest
from playwright.sync_api import Dialog, Page, expect

from console.tests.people import USERS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("refusals")]
QUESTION = "Discard changes?"
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


class LeavePrompts:
    """Dismiss the browser's prompts to leave the page and count them."""

    def __init__(self, page: Page) -> None:
        self.count = 0
        page.on("dialog", self.dismiss)

    def dismiss(self, dialog: Dialog) -> None:
        assert dialog.type == "beforeunload"
        self.count += 1
        dialog.dismiss()


@pytest.mark.spec("G-1", "G-4", "U-18")
@pytest.mark.parametrize(
    ("button", "field", "size"),
    [
        ("#new-group", "Group name", WIDE), ("#edit-group", "Name", PHONE),
        ("#new-project", "Project name", PHONE), ("#edit-project", "Name", WIDE),
    ],
)  # fmt: skip
def test_a_dialog_asks_before_discarding(page, live_cast, open_page, axe, button, field, size):
    page.set_viewport_size(size)
    ids = {"group": live_cast.groups["marketing"].pk, "project": live_cast.projects["website"].pk}
    action, thing = button.strip("#").split("-")
    open_page(page, live_cast, "olga", f"/o/acme/{thing}s/" + (f"{ids[thing]}/" if action == "edit" else ""))
    dialog = page.get_by_role("dialog")
    page.locator(button).click()
    expect(dialog.get_by_label(field)).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)  # nothing was typed
    page.locator(button).click()
    dialog.get_by_label(field).fill("Storm crew")
    page.keyboard.press("Escape")
    expect(dialog.get_by_text(QUESTION)).to_be_visible()
    expect(dialog.get_by_role("button", name="Keep editing")).to_be_focused()
    axe(page)
    page.keyboard.press("Enter")
    expect(dialog.get_by_text(QUESTION)).to_be_hidden()
    expect(dialog.get_by_label(field)).to_have_value("Storm crew")
    dialog.get_by_text("Cancel").click()
    dialog.get_by_role("button", name="Discard").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_text("Storm crew")).to_have_count(0)


@pytest.mark.spec("G-1")
def test_a_dialog_asks_before_discarding_a_rejected_name(page, live_cast, open_page):
    open_page(page, live_cast, "olga", "/o/acme/groups/")
    page.get_by_role("link", name="Add new group").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Group name").fill("marketing")
    dialog.get_by_role("button", name="Create group").click()
    expect(dialog.get_by_text("A group named")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog.get_by_text(QUESTION)).to_be_visible()


@pytest.mark.spec("G-1")
@pytest.mark.parametrize("thing", ["group", "project"])
def test_saving_does_not_ask(page, live_cast, open_page, thing):
    open_page(page, live_cast, "olga", f"/o/acme/{thing}s/")
    prompts = LeavePrompts(page)
    page.locator(f"#new-{thing}").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(f"{thing.title()} name").fill("Storm crew")
    dialog.get_by_role("button", name=f"Create {thing}").click()
    expect(page.get_by_role("heading", name="Storm crew", level=1)).to_be_visible()
    assert prompts.count == 0


@pytest.mark.spec("R-3", "U-11")
@pytest.mark.parametrize(
    ("path", "field", "button"),
    [("roles/new/", "Name", "Add role"), ("security/", "Allowed email domains", "Save rules")],
)
def test_a_page_asks_before_discarding(page, live_cast, open_page, path, field, button):
    open_page(page, live_cast, "olga", f"/o/acme/{path}")
    prompts = LeavePrompts(page)
    page.get_by_label(field).first.fill("acme.example")
    page.get_by_role("link", name="Users", exact=True).click()
    expect(page.get_by_label(field).first).to_have_value("acme.example")
    assert prompts.count == 1 and page.url.endswith(path)
    if path == "roles/new/":
        page.get_by_label("Invite people").check()
    page.get_by_role("button", name=button).click()
    expect(page.locator("#toasts")).to_contain_text("saved" if path == "security/" else "added")
    assert prompts.count == 1
    page.goto(page.url.split("/o/")[0] + USERS)
    assert prompts.count == 1


@pytest.mark.spec("U-18")
def test_a_button_can_be_pressed_again_after_staying(page, live_cast, open_page):
    """Pressing the same button twice within five seconds sends one form, but after "Stay" none was sent."""
    open_page(page, live_cast, "olga", "/o/acme/brands/")
    answers = [Dialog.dismiss, Dialog.accept]
    page.on("dialog", lambda dialog: answers.pop(0)(dialog))
    page.get_by_label("Platform name").fill("Workbench")
    send = page.get_by_role("button", name="Send me a test email")
    send.click()
    assert len(answers) == 1 and page.url.endswith("/brands/")
    expect(page.get_by_label("Platform name")).to_have_value("Workbench")
    send.click()
    expect(page.locator("#toasts")).to_contain_text("olga@acme.example")
    assert not answers
