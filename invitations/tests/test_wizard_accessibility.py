"""The Add User flow with keyboard only and without JavaScript (W-13); axe in every state, both themes, two widths."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from invitations.models import Batch, Invitation
from invitations.tests.wizard_helpers import people_in, url
from organizations.models import Group
from teamadmin.testing.cast import Cast
from teamadmin.testing.pages import use_session

pytestmark = pytest.mark.browser
NADIA = ("Nadia", "Petrov", "nadia@acme.example")
SAMUEL = ("Samuel", "Osei", "samuel@acme.example")


def open_as(context: BrowserContext, live_server, cast: Cast, name="olga", at: str = "/o/acme/users/add/") -> Page:
    use_session(context, live_server.url, cast.client(name))
    page = context.new_page()
    page.goto(live_server.url + at)
    return page


@pytest.fixture
def no_javascript(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1440, "height": 900})
    yield context
    context.close()


def tab_to(page: Page, role: str, name: str) -> None:
    """Press Tab until the control has the focus. Fails after one round."""
    wanted = page.get_by_role(role, name=name, exact=True).first
    for _press in range(60):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reached {role} {name!r}")


@pytest.mark.spec("W-13", "W-3", "W-11")
def test_adding_users_with_keyboard_only(live_server, live_cast, context):
    page = open_as(context, live_server, live_cast)
    tab_to(page, "textbox", "First name")
    for n, person in enumerate((NADIA, SAMUEL)):
        for value in person:
            page.keyboard.type(value)
            page.keyboard.press("Tab")
        if n == 0:
            tab_to(page, "button", "+ Add another")
            page.keyboard.press("Enter")
            expect(page.get_by_label("First name").nth(1)).to_be_focused()
    tab_to(page, "combobox", "Role")
    page.keyboard.type("Builder")
    tab_to(page, "checkbox", "Add to Marketing")
    page.keyboard.press("Space")
    expect(page.locator("#groups .count")).to_have_text("1")
    expect(page.get_by_role("checkbox", name="Add to Marketing")).to_be_focused()
    summary = page.locator("#projects > summary")
    for _press in range(20):
        page.keyboard.press("Tab")
        if summary.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.press("Enter")
    tab_to(page, "checkbox", "Give access to Ledger")
    page.keyboard.press("Space")
    expect(page.locator("#projects .count")).to_have_text("3")
    tab_to(page, "button", "Continue")
    page.keyboard.press("Enter")
    tab_to(page, "textbox", "Reason for invitation (optional)")
    page.keyboard.type("We need you")
    tab_to(page, "combobox", "Welcome page")
    page.keyboard.type("Projects")
    tab_to(page, "button", "Done")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 invitations sent")).to_be_visible()
    batch = Batch.objects.get()
    assert people_in(batch) == [NADIA, SAMUEL] and batch.welcome_page == "projects"
    assert Invitation.objects.count() == 2


def fill(page: Page, n: int, person: tuple[str, str, str]) -> None:
    for label, value in zip(("First name", "Last name", "Email address"), person, strict=True):
        page.get_by_label(label).nth(n).fill(value)


@pytest.mark.spec("W-13", "W-3", "W-4", "W-5", "W-6", "W-10", "W-11", "W-12")
def test_adding_users_without_javascript(live_server, live_cast, no_javascript):
    page = open_as(no_javascript, live_server, live_cast)
    fill(page, 0, NADIA)
    page.get_by_role("button", name="+ Add another").click()
    fill(page, 1, ("Gone", "Soon", ""))
    page.get_by_role("button", name="+ Add another").click()
    fill(page, 2, ("Samuel", "Osei", "samuel@acme"))
    page.get_by_role("button", name="Remove person 2").click()
    expect(page.get_by_label("Email address")).to_have_count(2)
    page.get_by_label("Role", exact=True).select_option("Builder")
    page.get_by_label("Search groups").first.fill("market")
    page.get_by_role("button", name="Search groups").click()
    expect(page.locator("#group-list li")).to_have_count(1)
    page.get_by_role("checkbox", name="Add to Marketing").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("Add the part after the last dot")
    expect(page.locator("#projects .count")).to_have_text("2")
    page.get_by_label("Email address").nth(1).fill(SAMUEL[2])
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Reason for invitation").fill("We need you")
    page.get_by_role("button", name="Update preview").click()
    expect(page.locator("#preview blockquote")).to_have_text("We need you")
    page.get_by_label("Welcome page").select_option("Projects")
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_label("Email address").nth(1)).to_have_value(SAMUEL[2])
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_label("Reason for invitation")).to_have_value("We need you")
    expect(page.get_by_label("Welcome page")).to_have_value("projects")
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text("2 invitations sent")).to_be_visible()
    assert people_in(Batch.objects.get()) == [NADIA, SAMUEL]
    assert Invitation.objects.count() == 2


@pytest.mark.spec("W-12", "W-13")
def test_cancelling_without_javascript(live_server, live_cast, no_javascript):
    page = open_as(no_javascript, live_server, live_cast, at=url("user_add_draft", live_cast.draft()))
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("link", name="Keep editing").click()
    expect(page.get_by_label("First name")).to_have_value("Nadia")
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("button", name="Discard draft").click()
    expect(page).to_have_url(re.compile(r"/o/acme/users/$"))
    assert not Batch.objects.exists()


@pytest.mark.spec("W-13")
@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessibility(live_server, live_cast, context, axe, width, scheme):
    Group(organization=live_cast.acme, name="A name that is rather long for a phone, and " + "w" * 50).save()
    draft = live_cast.draft(
        group_ids=[str(live_cast.groups["marketing"].pk)], people=[NADIA, ("A" * 100, "B" * 100, "not an address")]
    )
    page = open_as(context, live_server, live_cast, at="/o/acme/users/add/?new=1")
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    states = [url("user_add") + "?new=1", url("user_add"), url("user_add_draft", draft) + "?check=1&open=projects"]
    for state in states:
        page.goto(live_server.url + state)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), state
    good = live_cast.draft(reason="x" * 3000, people=[NADIA, ("A" * 100, "B" * 100, "long@acme.example")])
    page.goto(live_server.url + url("user_add_personalize", good))
    axe(page)
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text("Use at most 2,500 characters.")).to_be_visible()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.spec("R-2", "W-13")
@pytest.mark.parametrize("width", [1440, 390])
def test_accessibility_in_task_scheme(live_server, live_cast, context, axe, width):
    page = open_as(context, live_server, live_cast, "tess", "/o/globex/users/add/")
    page.set_viewport_size({"width": width, "height": 900})
    axe(page)
    page.get_by_role("checkbox", name="Data Admin").check()
    page.get_by_role("checkbox", name="Billing").check()
    expect(page.locator("#summary")).to_contain_text("With the Data Admin and Billing roles, they can")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_be_visible()
    axe(page)
