"""Slow responses, failures and ended sessions lose no input (U-18)."""

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


class Network:
    """Make POST requests fail, or hold them until the test continues them."""

    def __init__(self, page: Page) -> None:
        self.page, self.held = page, []

    def _route(self, handler) -> None:
        handle = lambda route: handler(route) if route.request.method == "POST" else route.continue_()  # noqa: E731
        self.page.route(ANY_MEMBER, handle)

    def fail(self) -> None:
        self._route(lambda route: route.fulfill(status=500, headers={"X-Request-ID": "abc123"}, body=""))

    def hold(self) -> None:
        self._route(self.held.append)

    def recover(self) -> None:
        self.page.unroute(ANY_MEMBER)


def open_profile(page: Page, name: str = "Bo Lindqvist"):
    page.get_by_role("link", name=name).click()
    drawer = page.locator("dialog.drawer")
    expect(drawer.get_by_role("heading", name=name)).to_be_focused()
    return drawer


def choose_action(page: Page, name: str, label: str) -> None:
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
def test_a_failed_save_can_be_retried_with_the_same_input(page, live_cast, open_page):
    Group.objects.create(organization=live_cast.acme, name="Night desk")
    open_page(page, live_cast, "olga", USERS)
    drawer, network = open_profile(page), Network(page)
    drawer.get_by_text("Add to group").click()
    for name in ("Research", "Night desk"):
        drawer.get_by_role("checkbox", name=f"Add to {name}").check(force=True)
    network.fail()
    drawer.get_by_role("button", name="Save changes").click()
    drawer.evaluate("drawer => drawer.scrollTo(0, drawer.scrollHeight)")
    expect(drawer.get_by_role("alert")).to_contain_text("Reference abc123")
    expect(drawer.get_by_role("alert")).to_be_in_viewport(ratio=1)
    expect(drawer.get_by_role("button", name="Save changes")).to_be_focused()
    network.recover()
    drawer.get_by_label("Last name").fill("Lund")
    drawer.get_by_role("button", name="Try again").click()
    expect(page.locator(f"#user-{live_cast.bo.pk}")).to_contain_text("Bo Lund")
    expect(drawer).to_have_count(0)
    names = Group.objects.filter(pk__in=profile_of(live_cast.bo).groups).values_list("name", flat=True)
    assert {"Research", "Night desk"} <= set(names)
    open_page.complaints.clear()  # the failed request


@pytest.mark.spec("I-2")
def test_a_failed_action_can_be_retried(page, live_cast, open_page):
    sent = live_cast.invite()[0]
    open_page(page, live_cast, "olga", PENDING)
    network = Network(page)
    network.fail()
    choose_action(page, "Nadia Petrov", "Resend invite")
    expect(page.get_by_role("alert")).to_be_visible()
    network.recover()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#toasts")).to_contain_text("Invitation resent to Nadia Petrov")
    assert Invitation.objects.get(pk=sent.pk).sends == 2
    open_page.complaints.clear()


def test_an_error_disappears_after_a_success(page, live_cast, open_page):
    open_page(page, live_cast, "olga", USERS)
    page.context.set_offline(True)
    page.get_by_role("searchbox").fill("max")
    expect(page.get_by_role("alert")).to_contain_text("Can’t reach the server")
    page.context.set_offline(False)
    page.get_by_role("searchbox").fill("opal")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_role("alert")).to_have_count(0)
    open_page.complaints.clear()


def test_a_slow_dialog_shows_progress_and_stays_open(page, live_cast, open_page):
    open_page(page, live_cast, "olga", USERS)
    button = page.get_by_role("button", name="More actions for Bo Lindqvist")
    requests = []
    page.route("**/deactivation/**", lambda route: requests.append(route))
    choose_action(page, "Bo Lindqvist", "Deactivate")
    expect(button).to_have_attribute("aria-busy", "true")  # the menu has closed
    requests[0].continue_()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert button.get_attribute("aria-busy") is None
    page.unroute("**/deactivation/**")
    network = Network(page)
    network.hold()
    page.get_by_role("dialog").get_by_role("button", name="Deactivate").click()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Cancel").click()
    page.mouse.click(5, 5)
    expect(page.get_by_role("dialog")).to_be_visible()  # closing it would hide whether the action succeeded
    network.held[0].abort()
    expect(page.get_by_role("alert")).to_contain_text("Can’t reach the server")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert Membership.objects.get(pk=live_cast.bo.pk).status == Status.ACTIVE
    open_page.complaints.clear()


@pytest.mark.spec("S-5")
def test_input_is_kept_when_the_session_has_ended(page, live_cast, open_page):
    open_page(page, live_cast, "olga", USERS)
    drawer = open_profile(page)
    drawer.get_by_label("Last name").fill("Lund")
    other = sign_out(page)
    drawer.get_by_role("button", name="Save changes").click()
    alert = drawer.get_by_role("alert")
    expect(alert).to_contain_text("Your session has ended. Nothing was saved, but what you typed is still here.")
    expect(alert.get_by_role("link", name="Sign in in a new tab")).to_be_visible()
    expect(drawer.get_by_role("button", name="Save changes")).to_be_focused()
    alert.get_by_role("button", name="Try again").click()  # too early
    expect(alert).to_contain_text("Your session has ended.")
    sign_in(other, "olga@acme.example")
    alert.get_by_role("button", name="Try again").click()
    expect(page.locator(f"#user-{live_cast.bo.pk}")).to_contain_text("Bo Lund")


@pytest.mark.spec("S-5")
def test_a_form_can_be_saved_after_signing_in_again(page, live_cast, open_page):
    open_page(page, live_cast, "olga", USERS)
    drawer = open_profile(page)
    drawer.get_by_label("Last name").fill("Lund")
    sign_in(sign_out(page), "olga@acme.example")
    drawer.get_by_role("button", name="Save changes").click()
    expect(drawer.get_by_role("alert")).to_contain_text("what you typed is still here")
    drawer.get_by_role("button", name="Try again").click()
    expect(page.locator(f"#user-{live_cast.bo.pk}")).to_contain_text("Bo Lund")


@pytest.mark.spec("S-5")
def test_another_user_cannot_save_the_form(page, live_cast, open_page):
    """Input that Olga typed isn't saved as a change by Max."""
    open_page(page, live_cast, "olga", USERS)
    drawer = open_profile(page)
    drawer.get_by_label("Last name").fill("Lund")
    sign_in(sign_out(page), "max@acme.example")
    for _ in range(2):
        drawer.get_by_role("button", name="Save changes").click()
        expect(drawer.get_by_role("alert")).to_contain_text("Your session has ended")
    drawer.get_by_role("button", name="Try again").click()
    expect(drawer.get_by_role("alert")).to_contain_text("Your session has ended")
    assert Membership.objects.get(pk=live_cast.bo.pk).last_name == "Lindqvist"
