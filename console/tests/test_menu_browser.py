"""Every entry of the More menu in a real browser, by mouse and by keyboard (U-7, U-18)."""

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from accounts.models import AuthenticatorApp, User
from accounts.services import notify_two_factor_listeners
from console.tests.people import USERS
from organizations.models import Membership
from organizations.permissions import Permission
from teamadmin.testing.cast import add_member, add_role, add_user
from teamadmin.testing.pages import wait_for_htmx

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def people(live_cast):
    """Bo has an authenticator app."""
    AuthenticatorApp.objects.create(user=live_cast.bo.user, name="App")
    notify_two_factor_listeners(user=live_cast.bo.user)
    return live_cast


@pytest.fixture
def open_page(open_page):
    """open_page(page, user, path): sign in any user, not only one of the cast."""

    def go(page: Page, user: User, path: str = USERS) -> None:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        open_page.go(page, client, path)

    go.complaints = open_page.complaints
    return go


def more(page: Page, name: str):
    return page.get_by_role("button", name=f"More actions for {name}")


def item(page: Page, label: str):
    return page.get_by_role("menuitem", name=label)


def by_mouse(page: Page, name: str, label: str) -> None:
    more(page, name).click()
    item(page, label).click()


def by_keyboard(page: Page, name: str, label: str) -> None:
    """Open the menu and type the entry's name until it is focused."""
    more(page, name).focus()
    page.keyboard.press("Enter")
    expect(page.locator("[role=menuitem]:focus")).to_be_visible()
    page.keyboard.type(label.lower()[:3])
    expect(item(page, label)).to_be_focused()
    page.keyboard.press("Enter")


def confirm(page: Page, label: str, keyboard: bool) -> None:
    button = page.get_by_role("dialog").get_by_role("button", name=label)
    expect(page.get_by_role("dialog").get_by_role("link", name="Cancel")).to_be_focused()
    if keyboard:
        wait_for_htmx(page)
        page.keyboard.press("Tab")
        expect(button).to_be_focused()
        page.keyboard.press("Enter")
    else:
        button.click()
    expect(page.get_by_role("dialog")).to_be_hidden()


@pytest.mark.spec("U-7", "U-9", "U-10", "U-13", "U-18", "S-5")
@pytest.mark.parametrize("keyboard", [False, True], ids=["mouse", "keyboard"])
@pytest.mark.parametrize("size", [None, PHONE], ids=["wide", "phone"])
def test_every_entry_works_and_updates_the_row(page, people, open_page, keyboard, size):
    if size:
        page.set_viewport_size(size)
    open_page(page, people.olga.user)
    choose = by_keyboard if keyboard else by_mouse
    bo, toasts = page.locator(f"#user-{people.bo.pk}"), page.locator("#toasts")
    choose(page, "Bo Lindqvist", "Edit profile")
    expect(page.get_by_role("dialog", name="Bo Lindqvist")).to_be_visible()
    page.keyboard.press("Escape")
    expect(more(page, "Bo Lindqvist")).to_be_focused()
    for entry, button, said, shown in (
        ("Reset 2FA", "Reset 2FA", "2FA was reset for Bo Lindqvist.", "Active"),
        ("Log out sessions", "Log out sessions", "Bo Lindqvist was logged out everywhere.", "Active"),
        ("Deactivate", "Deactivate", "Bo Lindqvist was deactivated.", "Deactivated"),
        ("Reactivate", "Reactivate", "Bo Lindqvist was reactivated", "Active"),
    ):
        choose(page, "Bo Lindqvist", entry)
        confirm(page, button, keyboard)
        expect(toasts).to_contain_text(said)
        expect(bo.locator(".status")).to_have_text(shown)
        expect(more(page, "Bo Lindqvist")).to_be_focused()
        for dismiss in page.get_by_role("button", name="Dismiss").all():
            dismiss.click()
    choose(page, "Bo Lindqvist", "Delete")
    confirm(page, "Delete user", keyboard)
    expect(bo).to_have_count(0)
    expect(page.get_by_role("link", name="All Users 3")).to_be_visible()
    assert not Membership.objects.filter(pk=people.bo.pk).exists()


@pytest.mark.spec("U-7")
def test_menu_keyboard_navigation(page, people, open_page):
    open_page(page, people.olga.user)
    button = more(page, "Bo Lindqvist")
    expect(button).to_have_attribute("aria-haspopup", "menu")
    button.focus()
    page.keyboard.press("ArrowDown")
    labels = ["Edit profile", "Reset 2FA", "Log out sessions", "Deactivate", "Delete"]
    expect(page.get_by_role("menu").get_by_role("menuitem")).to_have_text(labels)
    for key, label in (
        ("ArrowDown", "Reset 2FA"), ("End", "Delete"), ("ArrowDown", "Edit profile"), ("ArrowUp", "Delete"),
        ("Home", "Edit profile"), ("l", "Log out sessions"), ("Home", "Edit profile"),
    ):  # fmt: skip
        page.keyboard.press(key)
        expect(item(page, label)).to_be_focused()
    page.wait_for_timeout(700)  # typed letters are forgotten
    page.keyboard.type("del")
    expect(item(page, "Delete")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu")).to_be_hidden()
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(item(page, "Edit profile")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("menu")).to_be_hidden()
    expect(button).not_to_be_focused()
    button.focus()
    page.keyboard.press("ArrowUp")
    page.wait_for_timeout(700)
    page.keyboard.press("End")
    page.keyboard.press("Space")
    expect(page.get_by_role("dialog", name="Delete Bo Lindqvist?")).to_be_visible()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()


@pytest.mark.spec("U-7", "R-8")
def test_disabled_entries_can_be_read_but_not_pressed(page, people, open_page, axe):
    role = add_role(people.acme, "Owner", *Permission)
    ann = add_member(people.acme, add_user("ann@acme.example", "Ann", "Owner"), role)
    open_page(page, ann.user)
    more(page, "Olga Ivanova").click()
    off = item(page, "Deactivate")
    expect(off).to_have_attribute("aria-disabled", "true")
    expect(off).to_contain_text("Acme needs at least one active Admin.")
    axe(page)
    off.click(force=True)
    expect(page.get_by_role("menu")).to_be_visible()
    page.keyboard.press("End")
    expect(item(page, "Delete")).to_be_focused()
    for key in ("Enter", "Space"):
        page.keyboard.press(key)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("menu")).to_be_visible()


@pytest.mark.spec("U-7")
def test_menus_are_reloaded_after_a_change(page, people, open_page):
    """After the second Admin is deleted, the first one's menu says that they are the last."""
    add_member(people.acme, add_user("ines@acme.example", "Ines", "Carvalho"), "admin")
    role = add_role(people.acme, "Owner", *Permission)
    open_page(page, add_member(people.acme, add_user("ann@acme.example", "Ann", "Owner"), role).user)
    more(page, "Olga Ivanova").click()
    expect(item(page, "Deactivate")).not_to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Escape")
    by_mouse(page, "Ines Carvalho", "Deactivate")
    confirm(page, "Deactivate", keyboard=False)
    more(page, "Olga Ivanova").click()
    expect(item(page, "Deactivate")).to_have_attribute("aria-disabled", "true")


@pytest.mark.spec("U-11")
def test_a_shared_member_leads_from_deactivate_to_delete(page, people, open_page, axe):
    add_member(people.globex, people.opal.user, "billing")
    open_page(page, people.olga.user)
    by_mouse(page, "Opal Nakamura", "Deactivate")
    dialog = page.get_by_role("dialog", name="Opal Nakamura can’t be deactivated")
    expect(dialog.get_by_role("link", name="Close")).to_be_focused()
    axe(page)
    dialog.get_by_role("link", name="Delete instead").click()
    page.get_by_role("dialog", name="Delete Opal Nakamura?").get_by_role("button", name="Delete user").click()
    expect(page.locator(f"#user-{people.opal.pk}")).to_have_count(0)
    open_page.complaints.clear()  # the 403 response


@pytest.mark.spec("U-18")
def test_a_concurrent_change_is_a_conflict(page, people, open_page, axe):
    open_page(page, people.olga.user)
    by_mouse(page, "Bo Lindqvist", "Deactivate")
    expect(page.get_by_role("dialog")).to_be_visible()
    Membership.objects.filter(pk=people.bo.pk).update(status="deactivated")
    page.get_by_role("dialog").get_by_role("button", name="Deactivate").click()
    expect(page.get_by_role("dialog", name="Bo Lindqvist has changed")).to_contain_text("Someone already changed this")
    expect(page.locator(f"#user-{people.bo.pk} .status")).to_have_text("Deactivated")
    axe(page)
    page.get_by_role("link", name="Back to users").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    open_page.complaints.clear()  # the 409 response


@pytest.mark.spec("U-7", "U-18")
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [None, PHONE], ids=["wide", "phone"])
def test_axe_finds_nothing_in_the_confirmations(page, people, open_page, axe, theme, size):
    if size:
        page.set_viewport_size(size)
    page.emulate_media(color_scheme=theme)
    add_member(people.globex, people.opal.user, "billing")
    Membership.objects.filter(pk=people.max.pk).update(status="deactivated")
    open_page(page, people.olga.user)
    base = page.url.removesuffix(USERS)
    for member, noun in (
        (people.bo, "menu"), (people.bo, "two-factor-reset"), (people.bo, "sessions"), (people.bo, "deactivation"),
        (people.opal, "deactivation"), (people.max, "reactivation"), (people.bo, "deletion"),
    ):  # fmt: skip
        page.goto(f"{base}{USERS}{member.pk}/{noun}/")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), noun
    open_page.complaints.clear()  # the 403 of a shared member
