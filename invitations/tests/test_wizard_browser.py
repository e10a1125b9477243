"""The Add User flow in a real browser with JavaScript."""

import re

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from invitations.models import Batch, Invitation
from invitations.tests.wizard_helpers import people_in, url
from organizations.models import Membership, Status
from teamadmin.testing.cast import PASSWORD
from teamadmin.testing.pages import use_session

pytestmark = pytest.mark.browser
THREE = [
    ("Nadia", "Petrov", "nadia@acme.example"),
    ("Samuel", "Osei", "samuel@acme.example"),
    ("Tomasz", "Wieczorek", "tomasz@acme.example"),
]


@pytest.fixture
def signed_in(live_server, live_cast, context):
    """Return a function that signs a person in and opens a page."""

    def open_at(address: str = "/o/acme/users/add/", *, name: str = "olga", within=None) -> Page:
        browser_context = within or context
        use_session(browser_context, live_server.url, live_cast.client(name))
        page = browser_context.new_page()
        page.goto(live_server.url + address)
        return page

    return open_at


def fill(page: Page, n: int, person: tuple[str, str, str]) -> None:
    for label, value in zip(("First name", "Last name", "Email address"), person, strict=True):
        page.get_by_label(label).nth(n).fill(value)


def add_box(page: Page, label: str):
    """Return the Add checkbox of a group or project."""
    return page.get_by_role("checkbox", name=label)


def wait_until_saved(page: Page) -> None:
    """Wait until the draft is saved."""
    expect(page.locator("#draft-state")).to_contain_text("Draft saved.")


@pytest.mark.spec("W-2", "W-3", "W-5", "W-6", "W-7", "W-10", "W-11")
def test_three_people_are_invited(signed_in, live_cast):
    page = signed_in()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    for n, person in enumerate(THREE):
        if n:
            page.get_by_role("button", name="+ Add another").click()
            expect(page.get_by_label("First name").nth(n)).to_be_focused()
        fill(page, n, person)
    page.get_by_label("Role", exact=True).select_option("Builder")
    add_box(page, "Add to Marketing").check()
    expect(page.locator("#groups .count")).to_have_text("1")
    expect(page.locator("#projects .count")).to_have_text("2")
    expect(page.locator("#summary")).to_contain_text("With the Builder role, they can")
    page.get_by_text("Give project access").click()
    expect(page.locator("#project-list").get_by_text("Group access")).to_have_count(2)
    add_box(page, "Give access to Ledger").check()
    expect(page.locator("#projects .count")).to_have_text("3")
    expect(page.locator("#summary")).to_contain_text("2 from groups, 1 direct")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Preview")).to_be_visible()
    page.get_by_label("Reason for invitation").fill("We need you\nfor the dams")
    expect(page.locator("#preview blockquote")).to_have_text("We need you\nfor the dams")
    expect(page.get_by_text("24 of 2,500 characters")).to_be_visible()
    page.get_by_label("Welcome page").select_option("Projects")
    page.get_by_role("button", name="Done").click()
    expect(page).to_have_url(re.compile(r"/users/pending/\?sort=-sent&invited="))
    expect(page.get_by_text("3 invitations sent")).to_be_visible()
    assert Membership.objects.filter(status=Status.INVITED).count() == Invitation.objects.count() == 3
    batch = Batch.objects.get()
    assert (
        people_in(batch) == THREE and batch.reason == "We need you\nfor the dams" and batch.welcome_page == "projects"
    )
    assert errors == []


@pytest.mark.spec("W-12")
def test_draft_survives_reload(signed_in):
    page = signed_in()
    page.get_by_label("First name").press_sequentially("Nad")
    wait_until_saved(page)
    expect(page).to_have_url(re.compile(r"/users/add/[0-9a-f-]{36}/$"))
    page.get_by_label("First name").press_sequentially("ia")
    page.get_by_role("button", name="+ Add another").click()
    with page.expect_response(lambda response: "half%40" in (response.request.post_data or "")):
        page.get_by_label("Email address").nth(1).press_sequentially("half@")
    page.reload()
    expect(page.get_by_label("First name").nth(0)).to_have_value("Nadia")
    expect(page.get_by_label("Email address").nth(1)).to_have_value("half@")
    assert Batch.objects.count() == 1


@pytest.mark.spec("W-12", "W-3", "W-10")
def test_autosave_does_not_trigger_focused_button(signed_in):
    """htmx posts a form's requests to the formaction of the focused button; that must not add a row or go back."""
    page = signed_in()
    fill(page, 0, THREE[0])
    page.get_by_role("button", name="+ Add another").focus()
    wait_until_saved(page)
    assert people_in(Batch.objects.get()) == [THREE[0]]
    page.get_by_label("Role", exact=True).select_option("Builder")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Reason for invitation").fill("Hello")
    page.get_by_role("button", name="Back").focus()
    expect(page.locator("#preview blockquote")).to_have_text("Hello")
    wait_until_saved(page)
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text("1 invitation sent")).to_be_visible()


@pytest.mark.spec("W-12", "W-11")
def test_typing_and_submitting_at_once_is_not_a_conflict(signed_in):
    page = signed_in()
    fill(page, 0, THREE[0])
    page.get_by_label("Role", exact=True).select_option("Builder")
    page.wait_for_timeout(130)  # about when the form saves itself
    page.get_by_label("First name").fill("Nadine")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_label("Reason for invitation")).to_be_visible()
    page.get_by_label("Reason for invitation").press_sequentially("Hello")
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_label("First name")).to_have_value("Nadine")
    page.go_back()
    expect(page.get_by_label("Reason for invitation")).to_have_value("Hello")
    page.get_by_role("button", name="Done").dblclick()
    expect(page.get_by_text("1 invitation sent").first).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile(r"/users/pending/$"))
    assert Invitation.objects.count() == 1


@pytest.mark.spec("W-4")
def test_error_summary_links_to_fields(signed_in, axe):
    page = signed_in()
    fill(page, 0, ("Nadia", "Petrov", "nadia@acme"))
    page.get_by_label("Role", exact=True).select_option("Builder")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#problems")).to_be_focused()
    field = page.get_by_label("Email address")
    expect(field).to_have_accessible_description(re.compile("Add the part after the last dot"))
    page.get_by_role("link", name="Person 1, Email address").click()
    expect(field).to_be_focused()
    axe(page)


@pytest.mark.spec("W-5")
def test_searching_keeps_added_groups(signed_in):
    page = signed_in()
    add_box(page, "Add to Marketing").check()
    box = page.get_by_label("Search groups")
    box.press_sequentially("resea")
    expect(page.locator("#group-list li").first).to_contain_text("Research")
    expect(add_box(page, "Add to Marketing")).to_be_checked()
    add_box(page, "Add to Research").check()
    box.press("Enter")
    expect(page.locator("#groups .count")).to_have_text("2")
    expect(page.get_by_role("heading", name="Add users")).to_be_visible()
    assert "personalize" not in page.url


@pytest.mark.spec("W-12")
def test_changes_in_another_tab_are_not_overwritten(signed_in, live_cast):
    draft = live_cast.draft()
    first, second = signed_in(url("user_add_draft", draft)), signed_in(url("user_add_draft", draft))
    second.get_by_label("First name").fill("Second")
    wait_until_saved(second)
    first.get_by_label("First name").fill("First")
    expect(first.get_by_role("alert")).to_contain_text("This draft was changed in another tab.")
    draft.refresh_from_db()
    assert people_in(draft)[0][0] == "Second"
    first.get_by_role("button", name="Continue").click()
    expect(first.get_by_role("link", name="View the other version")).to_be_visible()
    expect(first.get_by_label("First name")).to_have_value("First")


@pytest.mark.spec("W-12")
def test_input_is_restored_after_signing_in_again(signed_in, live_cast):
    page = signed_in(url("user_add_draft", live_cast.draft()))
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.get_by_label("First name").fill("Typed after")
    expect(page).to_have_url(re.compile("/accounts/login/"))
    page.get_by_label("Email").fill("olga@acme.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("First name")).to_have_value("Typed after")
    expect(page.get_by_text("Everything you typed is back")).to_be_visible()


@pytest.mark.spec("W-12")
def test_cancel_opens_dialog(signed_in, live_cast, axe):
    page = signed_in(url("user_add_draft", live_cast.draft()))
    page.get_by_role("link", name="Cancel").click()
    dialog = page.get_by_role("dialog", name="Discard this draft?")
    expect(dialog).to_be_visible()
    axe(page)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("button", name="Discard draft").click()
    expect(page).to_have_url(re.compile(r"/o/acme/users/$"))
    assert not Batch.objects.exists()


@pytest.mark.spec("W-10")
def test_full_email_loads_no_external_resources(signed_in, live_cast):
    page = signed_in(url("user_add_mail", live_cast.draft(reason="See you soon")))
    expect(page.get_by_text("See you soon")).to_be_visible()
    assert page.locator("img").evaluate_all("all => all.every(img => img.complete && img.naturalWidth > 0)")
