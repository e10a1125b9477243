"""Pasted lists, the keyboard and the browser's Back in the Add User flow, in a real browser (W-4)."""

import re

import pytest
from playwright.sync_api import Page, expect

from invitations.models import Batch
from invitations.tests.wizard_helpers import people_in, url
from teamadmin.testing.pages import use_session

pytestmark = pytest.mark.browser
TABLE = "1\tSales\tAna\tSoto\ta1@acme.example\n2\tData\tTom\tBerg\tt2@acme.example\n3\tData\tKim\tLee\tk3@acme.example"


@pytest.fixture
def page_at(live_server, live_cast, context):
    """Return a function that opens a page as Olga."""

    def open_at(address: str = "/o/acme/users/add/?new=1") -> Page:
        use_session(context, live_server.url, live_cast.client("olga"))
        page = context.new_page()
        page.goto(live_server.url + address)
        return page

    return open_at


def paste(page: Page, label: str, text: str) -> None:
    """Paste into the first field with this label."""
    page.get_by_label(label).first.focus()
    page.evaluate(
        """text => {
            const clipboardData = new DataTransfer(), options = { clipboardData, bubbles: true, cancelable: true };
            clipboardData.setData('text/plain', text);
            document.activeElement.dispatchEvent(new ClipboardEvent('paste', options));
        }""",
        text,
    )


@pytest.mark.spec("W-4", "W-3")
def test_a_pasted_list_fills_rows(page_at, axe):
    page = page_at()
    page.get_by_label("Role", exact=True).select_option("Builder")
    paste(page, "Email address", "Soto, Ana <ana@acme.example>; Berg, Tom <tom@acme.example>; jo.park@acme.example")
    expect(page.get_by_text("Read 3 people")).to_be_visible()
    expect(page.get_by_label("Email address")).to_have_count(3)
    guessed = page.get_by_label("First name").nth(2)
    expect(guessed).to_have_value("Jo")
    expect(guessed).to_have_accessible_description("Names in italics are guessed. Check them.")
    expect(guessed).to_have_css("font-style", "italic")
    axe(page)
    guessed.fill("Joe")
    expect(guessed).to_have_css("font-style", "normal")
    expect(page.get_by_label("Role", exact=True)).to_have_value(re.compile(".+"))
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="Check the list")).to_be_visible()
    assert people_in(Batch.objects.get()) == [("Joe", "Park", "jo.park@acme.example")]


@pytest.mark.spec("W-4")
def test_columns_are_chosen_and_an_address_added(page_at, axe):
    page = page_at()
    errors = []
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    page.get_by_label("Last name").fill("Typed")
    paste(page, "First name", TABLE + "\n4\tField\tLee\tOh\t")
    expect(page.get_by_text("We weren’t sure about three columns")).to_be_visible()
    axe(page)
    column = page.get_by_label("Column 3")
    column.focus()
    column.select_option("Last name")
    expect(page.get_by_text("Read 3 people")).to_be_visible()
    expect(column).to_be_focused()
    page.get_by_label("Column 4").select_option("First name")
    expect(page.locator("#column-3 option[selected]")).to_have_text("First name")  # the page has been read again
    page.get_by_text("Add address").click()
    address = page.get_by_label("Email address of Field Lee Oh")
    address.fill("lee@acme.example")
    address.press("Tab")
    page.get_by_role("button", name="Add 4 people").click()
    expect(page.get_by_label("Email address")).to_have_count(5)
    people = people_in(Batch.objects.get())
    assert ("", "Typed", "") in people and ("Soto", "Ana", "a1@acme.example") in people
    assert ("Oh", "Lee", "lee@acme.example") in people
    # A choice replaces the request of the one before, which htmx logs.
    assert [error for error in errors if not error.startswith("htmx:")] == []


@pytest.mark.spec("W-4", "W-12")
def test_back_after_a_list_shows_what_was_typed(page_at):
    page = page_at()
    page.evaluate("document.querySelector('[data-autosave]').remove()")  # as if the list was pasted before it has saved
    page.get_by_label("First name").fill("Typed")
    paste(page, "Last name", TABLE)
    expect(page.get_by_role("heading", name="Check the list")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("First name")).to_have_value("Typed")
    expect(page.get_by_text("Your pasted list hasn’t been added yet")).to_be_visible()


@pytest.mark.spec("W-4")
def test_the_review_fits_on_a_phone(page_at):
    page = page_at()
    page.set_viewport_size({"width": 390, "height": 844})
    paste(page, "Email address", TABLE.replace("1\tSales", "Number\tDepartment\tWho\tWhere\tMail\n1\tSales"))
    expect(page.get_by_text("We weren’t sure about")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    heading = page.locator("#list-review th .block").first
    assert heading.bounding_box()["y"] > page.locator("#list-review th label").first.bounding_box()["y"]


@pytest.mark.spec("W-4")
def test_on_a_phone_a_new_address_is_below_the_line_that_has_none(page_at):
    page = page_at()
    page.set_viewport_size({"width": 390, "height": 844})
    paste(page, "Email address", "Ana Soto <ana@acme.example>\nLee Oh, who works in the warehouse in Berlin")
    page.get_by_text("Add address").click()
    row = page.locator(".left-out > li")
    edge = row.bounding_box()["x"] + row.bounding_box()["width"]
    text, field = row.locator(".grow").bounding_box(), row.get_by_role("textbox").bounding_box()
    assert field["x"] == text["x"] and field["y"] > text["y"] + text["height"]
    assert all(edge - box["x"] - box["width"] == pytest.approx(20, abs=1) for box in (text, field))


@pytest.mark.spec("W-3", "W-13")
def test_enter_adds_a_row_and_one_address_is_pasted_as_usual(page_at):
    page = page_at()
    page.get_by_label("First name").fill("Ana")
    page.get_by_label("Email address").press("Enter")
    expect(page.get_by_label("First name").nth(1)).to_be_focused()
    page.get_by_label("Email address").first.press("Enter")
    expect(page.get_by_label("First name").nth(1)).to_be_focused()
    expect(page.get_by_label("First name")).to_have_count(2)
    paste(page, "Email address", " ana@acme.example\n")
    expect(page).to_have_url(re.compile("/users/add/"))
    assert "/list/" not in page.url


@pytest.mark.spec("W-11", "W-10", "W-12")
def test_back_after_an_error_shows_the_form(page_at, live_cast):
    draft = live_cast.draft(people=[("Nadia", "Petrov", "nadia@acme.example")])
    page = page_at(url("user_add_personalize", draft))
    page.get_by_label("Reason for invitation").fill("x" * 2501)
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text("Use at most 2,500 characters.")).to_be_visible()
    page.get_by_role("link", name="Homepage").click()
    expect(page).to_have_url(re.compile("/o/acme/$"))
    page.go_back()
    expect(page.get_by_label("Reason for invitation")).to_have_value("x" * 2501)
    expect(page.get_by_text("Use at most 2,500 characters.")).to_be_visible()
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("dialog", name="Discard this draft?")).to_be_visible()
