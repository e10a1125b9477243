"""Closing a dialog or leaving a page with unsaved input asks for confirmation."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Dialog, Page, expect

from console.tests.people import USERS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("refusals")]
QUESTION = "Discard changes?"
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


class LeavePrompts:
    """Answer the browser's prompts to leave the page, with "Stay" unless `answer` is changed, and count them."""

    def __init__(self, page: Page) -> None:
        self.page, self.count, self.answer = page, 0, Dialog.dismiss
        page.on("dialog", self._answer)

    def _answer(self, dialog: Dialog) -> None:
        assert dialog.type == "beforeunload"
        self.count += 1
        self.answer(dialog)

    def wait(self, count: int) -> None:
        """Wait until there were so many. A prompt can come after the click that leads to it has returned."""
        while self.count < count:
            self.page.wait_for_event("dialog")


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
    prompts.wait(1)
    expect(page.get_by_label(field).first).to_have_value("acme.example")
    assert prompts.count == 1 and page.url.endswith(path)
    if path == "roles/new/":
        page.get_by_label("Invite people").check()
    page.get_by_role("button", name=button).click()
    expect(page.locator("#toasts")).to_contain_text("saved" if path == "security/" else "added")
    assert prompts.count == 1
    page.goto(page.url.split("/o/")[0] + USERS)
    assert prompts.count == 1


@pytest.mark.spec("G-1", "U-18")
def test_clicks_beside_a_dialog_ask_before_discarding(page, live_cast, open_page):
    """Above, below, left and right of it."""
    page.set_viewport_size(WIDE)
    open_page(page, live_cast, "olga", "/o/acme/groups/")
    page.locator("#new-group").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Group name").fill("Storm crew")
    for x, y in ((720, 5), (720, 895), (5, 450), (1435, 450)):
        page.mouse.click(x, y)
        expect(dialog.get_by_text(QUESTION)).to_be_visible()
        dialog.get_by_role("button", name="Keep editing").click()
        expect(dialog.get_by_text(QUESTION)).to_be_hidden()
    expect(dialog.get_by_label("Group name")).to_have_value("Storm crew")


@pytest.mark.spec("U-18")
def test_a_form_is_still_guarded_after_staying(page, live_cast, open_page):
    """It was sent, but the browser asked because of another form."""
    open_page(page, live_cast, "olga", "/o/acme/roles/new/")
    prompts = LeavePrompts(page)
    page.get_by_label("Name").first.fill("Sailor")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<form id=other data-guard=dirty></form>')")
    page.get_by_role("button", name="Add role").click()
    prompts.wait(1)
    page.evaluate("document.getElementById('other').remove()")
    page.get_by_role("link", name="Users", exact=True).click()
    prompts.wait(2)
    assert page.url.endswith("roles/new/")


@pytest.fixture
def send_test(page, live_cast, open_page):
    """A page with unsaved changes, and the button of another form. Time stands still."""
    now = datetime.now(UTC)
    page.clock.install(time=now)
    open_page(page, live_cast, "olga", "/o/acme/brands/")
    page.get_by_label("Platform name").fill("Workbench")
    page.clock.pause_at(now + timedelta(hours=1))
    return page.get_by_role("button", name="Send me a test email")


@pytest.mark.spec("U-18")
def test_a_button_can_be_pressed_again_after_staying(page, send_test):
    """Pressing the same button twice within five seconds sends one form, but after "Stay" none was sent."""
    prompts = LeavePrompts(page)
    send_test.click()
    prompts.wait(1)
    page.clock.run_for(1100)
    expect(page.get_by_label("Platform name")).to_have_value("Workbench")
    prompts.answer = Dialog.accept
    send_test.click()
    expect(page.locator("#toasts")).to_contain_text("olga@acme.example")
    assert prompts.count == 2


@pytest.mark.spec("U-18")
def test_a_button_is_not_pressed_again_while_the_next_page_comes(page, send_test):
    """After "Leave", the page with the button is still there. Sends its events: tests can't see a page that is left."""
    press = """button => {
        const event = new SubmitEvent('submit', { bubbles: true, cancelable: true, submitter: button });
        return !button.form.dispatchEvent(event);
    }"""
    assert send_test.evaluate(press) is False
    assert page.evaluate("dispatchEvent(new Event('beforeunload', { cancelable: true }))") is False, "the browser asks"
    page.clock.run_for(900)
    assert send_test.evaluate(press) is True
    page.clock.run_for(200)
    assert send_test.evaluate(press) is False
