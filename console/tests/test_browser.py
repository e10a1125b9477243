"""The Users page in a real browser, with and without JavaScript."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from console.tests.people import PENDING, USERS, expire, joined
from invitations.models import Invitation
from organizations.models import Membership
from teamadmin.testing.pages import tick_filter

pytestmark = pytest.mark.django_db(transaction=True)
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture
def crowd(live_cast):
    """Create 70 joined members, the pending Nadia and the expired Eve."""
    joined(live_cast.acme, 66)
    nadia, eve = live_cast.invite(
        people=[("Nadia", "Petrov", "nadia@acme.example"), ("Eve", "Late", "eve@acme.example")],
        group_ids=[str(live_cast.groups["marketing"].pk)],
    )
    live_cast.nadia, live_cast.eve = nadia.membership, expire(eve)
    return live_cast


def first_name(page: Page):
    return page.locator("tbody .name").first


def menu_button(page: Page, name: str):
    return page.get_by_role("button", name=f"More actions for {name}")


@pytest.mark.spec("U-6")
def test_search_sort_page_and_go_back(page, crowd, open_page):
    open_page(page, crowd, "olga", USERS)
    expect(page.locator("tbody tr")).to_have_count(50)
    page.get_by_role("link", name="Next").click()
    expect(page.locator("tbody tr")).to_have_count(20)
    expect(page).to_have_url(re.compile("after="))
    page.get_by_role("columnheader", name="Role").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="Role")).to_have_attribute("aria-sort", "ascending")
    expect(first_name(page)).to_contain_text("Olga Ivanova")
    search = page.get_by_role("searchbox", name="Search name or email")
    search.press_sequentially("kel", delay=30)
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(search).to_be_focused()
    expect(search).to_have_value("kel")
    expect(page).to_have_url(re.compile(r"\?q=kel&sort=role$"))
    tick_filter(page, "Status", "Deactivated")
    expect(page.get_by_role("heading", name="No members with this status match “kel”")).to_be_visible()
    page.go_back()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_role("searchbox")).to_have_value("kel")
    page.go_back()
    expect(page.locator("tbody tr")).to_have_count(50)
    expect(page.get_by_role("columnheader", name="Role")).to_have_attribute("aria-sort", "ascending")
    expect(page.get_by_role("heading", name="Users")).to_be_visible()
    page.reload()
    expect(page.get_by_role("columnheader", name="Role")).to_have_attribute("aria-sort", "ascending")


@pytest.mark.spec("U-6")
def test_keyboard_focus_stays_in_the_list(page, crowd, open_page):
    open_page(page, crowd, "olga", USERS)
    page.get_by_role("link", name="Next").press("Enter")
    expect(page.locator("tbody tr")).to_have_count(20)
    expect(page.get_by_role("region", name="Users")).to_be_focused()
    sort = page.get_by_role("columnheader", name="Role").get_by_role("link")
    sort.press("Enter")
    expect(page.get_by_role("columnheader", name="Role")).to_have_attribute("aria-sort", "ascending")
    expect(sort).to_be_focused()


@pytest.mark.spec("U-6")
def test_no_names_are_kept_in_browser_storage(page, crowd, open_page):
    open_page(page, crowd, "olga", USERS)
    page.get_by_role("link", name="Next").click()
    expect(page.locator("tbody tr")).to_have_count(20)
    storage = page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")
    assert "Person" not in storage and "acme.example" not in storage


@pytest.mark.spec("I-2", "U-18")
def test_resend_an_invitation_by_keyboard(page, crowd, open_page):
    open_page(page, crowd, "max", PENDING + "?columns=role,invited_by,invite_expires")
    expect(page.locator(f"#user-{crowd.nadia.pk}")).to_contain_text("Olga Ivanova")
    menu_button(page, "Nadia Petrov").focus()
    page.keyboard.press("Enter")
    item = page.get_by_role("menuitem", name="Resend invite")
    expect(page.get_by_role("menuitem", name="Edit profile")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(item).to_be_focused()
    page.keyboard.press("Escape")
    expect(item).to_be_hidden()
    expect(menu_button(page, "Nadia Petrov")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("menuitem", name="Correct email address")).to_be_focused()  # the last one of Max's menu
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    expect(item).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Invitation resent to Nadia Petrov. It still expires on")
    expect(page.locator(f"#user-{crowd.nadia.pk}")).to_contain_text("Max Keller")
    expect(menu_button(page, "Nadia Petrov")).to_be_focused()
    assert Invitation.objects.get(membership=crowd.nadia).sends == 2
    menu_button(page, "Nadia Petrov").click()  # the replacement row has a menu too
    expect(page.get_by_role("menuitem", name="Resend invite")).to_be_visible()


@pytest.mark.spec("I-3", "U-18")
def test_resend_an_expired_invitation_in_a_dialog(page, crowd, open_page):
    open_page(page, crowd, "olga", PENDING)
    expect(page.locator(f"#user-{crowd.eve.pk}")).to_contain_text("Expired")
    menu_button(page, "Eve Late").click()
    page.get_by_role("menuitem", name="Resend invite").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Resending it sends a new link")
    dialog.get_by_role("button", name="Resend invite").click()
    expect(dialog).to_be_hidden()
    expect(page.locator(f"#user-{crowd.eve.pk}")).to_contain_text("Pending")
    expect(page.locator("#users-summary")).to_contain_text("2 pending invitations. Links")
    expect(menu_button(page, "Eve Late")).to_be_focused()


@pytest.mark.spec("U-18")
def test_delete_a_user_in_a_dialog(page, crowd, open_page, axe):
    open_page(page, crowd, "olga", PENDING)
    menu_button(page, "Nadia Petrov").click()
    axe(page)
    page.get_by_role("menuitem", name="Delete").click()
    dialog = page.get_by_role("dialog", name="Delete Nadia Petrov?")
    expect(dialog.get_by_role("link", name="Cancel")).to_be_focused()
    axe(page)
    dialog.get_by_role("link", name="Cancel").click()
    expect(dialog).to_be_hidden()
    expect(menu_button(page, "Nadia Petrov")).to_be_focused()
    menu_button(page, "Nadia Petrov").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("button", name="Delete user").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_role("link", name="Pending 1")).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("Nadia Petrov was deleted.")
    menu_button(page, "Eve Late").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("button", name="Delete user").click()
    expect(page.get_by_role("heading", name="No pending users")).to_be_visible()


@pytest.mark.spec("U-18")
def test_denials_and_failures_are_announced(page, crowd, open_page):
    open_page(page, crowd, "olga", PENDING)
    menu_button(page, "Nadia Petrov").click()
    expect(page.get_by_role("menuitem", name="Resend invite")).to_be_visible()
    crowd.acme.allowed_email_domains = ["elsewhere.example"]
    crowd.acme.save()
    page.get_by_role("menuitem", name="Resend invite").click()
    expect(page.locator("#toasts")).to_contain_text("Use an email address at elsewhere.example.")
    page.get_by_role("button", name="Dismiss").click()
    page.route("**/users/pending/?sort=*", lambda route: route.abort())
    page.get_by_role("columnheader", name="Name").get_by_role("link").click()
    expect(page.get_by_role("alert")).to_contain_text("Can’t reach the server. No changes were made.")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.unroute("**/users/pending/?sort=*")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "ascending")
    open_page.complaints.clear()  # the failed requests


@pytest.mark.spec("U-18")
def test_a_loading_indicator_is_shown(page, crowd, open_page):
    open_page(page, crowd, "olga", USERS)
    requests = []
    page.route("**/users/?sort=*", lambda route: requests.append(route))
    page.get_by_role("columnheader", name="Role").get_by_role("link").click()
    expect(page.locator("#records > #results > .loading")).to_be_visible()
    requests[0].continue_()
    expect(page.locator("#records > #results > .loading")).to_be_hidden()


@pytest.mark.spec("U-18")
def test_a_menu_that_failed_to_load_can_be_opened_again(page, crowd, open_page):
    open_page(page, crowd, "olga", PENDING)
    page.route("**/menu/*", lambda route: route.abort())
    menu_button(page, "Nadia Petrov").click()
    expect(page.get_by_role("alert")).to_contain_text("Can’t reach the server")
    menu_button(page, "Nadia Petrov").click()
    expect(page.get_by_role("alert")).to_have_count(1)
    page.unroute("**/menu/*")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("menuitem", name="Delete")).to_be_visible()
    page.keyboard.press("Escape")
    menu_button(page, "Eve Late").click()
    expect(page.get_by_role("menuitem", name="Delete")).to_be_visible()
    open_page.complaints.clear()


@pytest.mark.spec("U-18")
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_axe_finds_no_problems(page, crowd, open_page, axe, theme, size):
    Membership.objects.filter(pk=crowd.bo.pk).update(status="deactivated")
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=theme)
    open_page(page, crowd, "olga", USERS)
    axe(page)
    base = page.url.removesuffix(USERS)
    paths = [
        f"{USERS}?status=everyone&columns=role,groups,projects,invited_by,sent,status,two_factor,managed_by,joined",
        PENDING, f"{USERS}?q=nobody", f"{USERS}?q=nadia",
        f"{USERS}{crowd.eve.pk}/menu/?view=pending/", f"{USERS}{crowd.eve.pk}/deletion/",
        f"{USERS}{crowd.eve.pk}/invitation/?view=pending/",
    ]  # fmt: skip
    for path in paths:
        page.goto(base + path)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    page.goto(base + "/o/acme/")
    page.context.clear_cookies()
    for path in ("/o/globex/users/", "/o/globex/users/pending/"):
        open_page(page, crowd, "tess", path)
        axe(page)


@pytest.mark.spec("U-6")
def test_phones_have_a_sort_control(page, crowd, open_page):
    page.set_viewport_size(PHONE)
    open_page(page, crowd, "olga", USERS)
    page.get_by_label("Sort").select_option("Name, Z to A")
    expect(first_name(page)).to_contain_text("Person 065")
    expect(page.get_by_label("Sort")).to_have_value("-name")
    tick_filter(page, "Status", "Pending")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_label("Sort").locator("option")).to_have_count(10)
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.spec("U-6", "I-2")
def test_the_page_works_without_javascript(browser, crowd, open_page, live_server):
    context = browser.new_context(java_script_enabled=False, viewport=WIDE)
    page = context.new_page()
    open_page(page, crowd, "olga", USERS)
    page.get_by_role("link", name="Next").click()
    expect(page.locator("tbody tr")).to_have_count(20)
    page.get_by_role("searchbox").fill("nadia")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Show pending members").click()
    menu_button(page, "Nadia Petrov").click()
    expect(page.get_by_role("heading", name="Actions for Nadia Petrov")).to_be_visible()
    page.get_by_role("button", name="Resend invite").click()
    expect(page.locator("#toasts")).to_contain_text("Invitation resent to Nadia Petrov.")
    assert "q=nadia&status=everyone" in page.url
    menu_button(page, "Nadia Petrov").click()
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete user").click()
    expect(page.locator("#toasts")).to_contain_text("Nadia Petrov was deleted.")
    assert not Membership.objects.filter(pk=crowd.nadia.pk).exists()
    assert timezone.now() > crowd.eve.invite_expires_at
    context.close()
