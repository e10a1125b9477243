"""Slow and failed responses and ended sessions: no input is lost (U-18)."""

import pytest
from playwright.sync_api import Page, expect

from console.tests.people import PENDING, USERS
from invitations.models import Invitation
from organizations.models import Group, Membership, Status
from organizations.queries import profile_of
from teamadmin.testing.cast import PASSWORD

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("refusals"),
    pytest.mark.spec("U-18"),
]
ANY_MEMBER = "**/users/*-*-*-*/**"


class Line:
    """The network for POST requests: held, aborted or failing."""

    def __init__(self, page: Page) -> None:
        self.page, self.held = page, []

    def _route(self, answer) -> None:
        free = lambda route: answer(route) if route.request.method == "POST" else route.continue_()  # noqa: E731
        self.page.route(ANY_MEMBER, free)

    def breaks(self) -> None:
        self._route(lambda route: route.fulfill(status=500, headers={"X-Request-ID": "abc123"}, body=""))

    def holds(self) -> None:
        self._route(self.held.append)

    def works(self) -> None:
        self.page.unroute(ANY_MEMBER)


def open_(page: Page, name: str = "Bo Lindqvist"):
    page.get_by_role("link", name=name).click()
    sheet = page.locator("dialog.drawer")
    expect(sheet.get_by_role("heading", name=name)).to_be_focused()
    return sheet


def choose(page: Page, name: str, label: str) -> None:
    page.get_by_role("button", name=f"More actions for {name}").click()
    page.get_by_role("menuitem", name=label).click()


def sign_out(page: Page):
    """End the session in another tab, which stays on the sign-in page."""
    other = page.context.new_page()
    other.goto(page.url)
    other.locator(".sidebar-foot .switcher").click()
    other.get_by_role("button", name="Sign out").click()
    expect(other.get_by_label("Email")).to_be_visible()
    return other


def sign_in(other: Page, email: str) -> None:
    other.get_by_label("Email").fill(email)
    other.get_by_label("Password", exact=True).fill(PASSWORD)
    other.get_by_role("button", name="Sign in").click()
    expect(other.get_by_role("button", name="Account menu").first).to_be_attached()
    other.close()


@pytest.mark.spec("U-8")
def test_a_failed_save_can_be_retried_with_the_same_input(page, live_cast, enter):
    Group.objects.create(organization=live_cast.acme, name="Night desk")
    enter(page, live_cast, "olga", USERS)
    sheet, line = open_(page), Line(page)
    sheet.get_by_text("Add to group").click()
    for name in ("Research", "Night desk"):
        sheet.get_by_role("checkbox", name=f"Add to {name}").check(force=True)
    line.breaks()
    sheet.get_by_role("button", name="Save changes").click()
    sheet.evaluate("sheet => sheet.scrollTo(0, sheet.scrollHeight)")
    expect(sheet.get_by_role("alert")).to_contain_text("Reference abc123")
    expect(sheet.get_by_role("alert")).to_be_in_viewport(ratio=1)
    expect(sheet.get_by_role("button", name="Save changes")).to_be_focused()
    line.works()
    sheet.get_by_label("Last name").fill("Lund")
    sheet.get_by_role("button", name="Try again").click()
    expect(page.locator(f"#user-{live_cast.bo.pk}")).to_contain_text("Bo Lund")
    expect(sheet).to_have_count(0)
    names = Group.objects.filter(pk__in=profile_of(live_cast.bo).groups).values_list("name", flat=True)
    assert {"Research", "Night desk"} <= set(names)
    enter.complaints.clear()  # the failed request


@pytest.mark.spec("I-2")
def test_a_failed_menu_entry_can_be_retried(page, live_cast, enter):
    sent = live_cast.invite()[0]
    enter(page, live_cast, "olga", PENDING)
    line = Line(page)
    line.breaks()
    choose(page, "Nadia Petrov", "Resend invite")
    expect(page.get_by_role("alert")).to_be_visible()
    line.works()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#toasts")).to_contain_text("Invitation resent to Nadia Petrov")
    assert Invitation.objects.get(pk=sent.pk).sends == 2
    enter.complaints.clear()


def test_a_failure_disappears_after_a_success(page, live_cast, enter):
    enter(page, live_cast, "olga", USERS)
    page.context.set_offline(True)
    page.get_by_role("searchbox").fill("max")
    expect(page.get_by_role("alert")).to_contain_text("Can’t reach the server")
    page.context.set_offline(False)
    page.get_by_role("searchbox").fill("opal")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_role("alert")).to_have_count(0)
    enter.complaints.clear()


def test_on_a_slow_line(page, live_cast, enter):
    enter(page, live_cast, "olga", USERS)
    button = page.get_by_role("button", name="More actions for Bo Lindqvist")
    asked = []
    page.route("**/deactivation/**", lambda route: asked.append(route))
    choose(page, "Bo Lindqvist", "Deactivate")
    expect(button).to_have_attribute("aria-busy", "true")  # its menu is closed by then
    asked[0].continue_()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert button.get_attribute("aria-busy") is None
    page.unroute("**/deactivation/**")
    line = Line(page)
    line.holds()
    page.get_by_role("dialog").get_by_role("button", name="Deactivate").click()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Cancel").click()
    page.mouse.click(5, 5)
    expect(page.get_by_role("dialog")).to_be_visible()  # or no one learns whether it succeeded
    line.held[0].abort()
    expect(page.get_by_role("alert")).to_contain_text("Can’t reach the server")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert Membership.objects.get(pk=live_cast.bo.pk).status == Status.ACTIVE
    enter.complaints.clear()


@pytest.mark.spec("S-5")
def test_nothing_is_lost_when_the_session_has_ended(page, live_cast, enter):
    enter(page, live_cast, "olga", USERS)
    sheet = open_(page)
    sheet.get_by_label("Last name").fill("Lund")
    other = sign_out(page)
    sheet.get_by_role("button", name="Save changes").click()
    alert = sheet.get_by_role("alert")
    expect(alert).to_contain_text("Your session has ended. Nothing was saved, but what you typed is still here.")
    expect(alert.get_by_role("link", name="Sign in in a new tab")).to_be_visible()
    expect(sheet.get_by_role("button", name="Save changes")).to_be_focused()
    alert.get_by_role("button", name="Try again").click()  # too early
    expect(alert).to_contain_text("Your session has ended.")
    sign_in(other, "olga@acme.example")
    alert.get_by_role("button", name="Try again").click()
    expect(page.locator(f"#user-{live_cast.bo.pk}")).to_contain_text("Bo Lund")


@pytest.mark.spec("S-5")
def test_a_new_session_takes_over_an_open_form(page, live_cast, enter):
    enter(page, live_cast, "olga", USERS)
    sheet = open_(page)
    sheet.get_by_label("Last name").fill("Lund")
    sign_in(sign_out(page), "olga@acme.example")
    sheet.get_by_role("button", name="Save changes").click()
    expect(sheet.get_by_role("alert")).to_contain_text("what you typed is still here")
    sheet.get_by_role("button", name="Try again").click()
    expect(page.locator(f"#user-{live_cast.bo.pk}")).to_contain_text("Bo Lund")


@pytest.mark.spec("S-5")
def test_another_users_session_does_not_take_over_the_form(page, live_cast, enter):
    """Olga's input is not saved in Max's name."""
    enter(page, live_cast, "olga", USERS)
    sheet = open_(page)
    sheet.get_by_label("Last name").fill("Lund")
    sign_in(sign_out(page), "max@acme.example")
    for _ in range(2):
        sheet.get_by_role("button", name="Save changes").click()
        expect(sheet.get_by_role("alert")).to_contain_text("Your session has ended")
    sheet.get_by_role("button", name="Try again").click()
    expect(sheet.get_by_role("alert")).to_contain_text("Your session has ended")
    assert Membership.objects.get(pk=live_cast.bo.pk).last_name == "Lindqvist"
