"""A member's page in a real browser: a drawer by mouse, by keyboard, on a phone; a page without scripts."""

import re

import pytest
from playwright.sync_api import Page, expect

from console.tests.people import USERS
from console.tests.profiles import profile_url
from organizations.models import Group, Membership, Status
from organizations.queries import direct_roles_of, member_in, profile_of
from organizations.services import delete_member, set_member_roles
from teamadmin.testing.cast import role_named

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("refusals")]


def drawer(page: Page):
    return page.locator("dialog.drawer")


def open_(page: Page, name: str = "Bo Lindqvist"):
    page.get_by_role("link", name=name).click()
    expect(drawer(page)).to_be_visible()
    return drawer(page)


def fresh(member: Membership) -> Membership:
    found = member_in(member.organization, member.pk)
    assert found
    return found


@pytest.mark.spec("U-8", "U-18")
def test_editing_every_field_by_mouse_updates_the_row(page, live_cast, open_page, axe):
    Group.objects.bulk_create(Group(organization=live_cast.acme, name=f"Team {n:02}").prepare() for n in range(60))
    open_page(page, live_cast, "olga", USERS + "?sort=-name")
    sheet = open_(page)
    expect(sheet.get_by_role("heading", name="Bo Lindqvist")).to_be_focused()
    axe(page)
    sheet.get_by_label("First name").fill("Bob")
    sheet.get_by_label("Role").select_option("Manager")
    sheet.get_by_role("checkbox", name="Remove from Marketing").check(force=True)
    expect(sheet.locator(".chip").get_by_text("Undo")).to_be_visible()
    sheet.get_by_text("Add to group").click()
    expect(sheet.get_by_text("There are more. Search to find them.")).to_be_visible()
    sheet.get_by_role("checkbox", name="Add to Team 03").check(force=True)
    sheet.get_by_role("searchbox", name="Search groups").press_sequentially("sear", delay=20)
    expect(sheet.locator("#join-list li")).to_have_count(2)  # results and chosen items
    sheet.get_by_role("checkbox", name="Add to Research").check(force=True)
    sheet.get_by_text("Add project").click()
    sheet.get_by_role("checkbox", name="Give access to Ledger").check(force=True)
    axe(page)
    sheet.get_by_role("button", name="Save changes").click()
    expect(sheet).to_have_count(0)
    row = page.locator(f"#user-{live_cast.bo.pk}")
    expect(row).to_contain_text("Bob Lindqvist")
    expect(row).to_contain_text("Manager")
    expect(row).to_contain_text("Research")
    expect(page.locator("#toasts")).to_contain_text("Changes saved.")
    expect(page).to_have_url(re.compile(r"/users/\?sort=-name$"))
    expect(page.get_by_role("link", name="Bob Lindqvist")).to_be_focused()
    now = profile_of(fresh(live_cast.bo))
    assert now.groups == set(Group.objects.filter(name__in=["Research", "Team 03"]).values_list("pk", flat=True))
    assert now.projects == {live_cast.projects["ledger"].pk} and now.roles == {role_named("manager").pk}


@pytest.mark.spec("U-7", "U-8")
def test_by_keyboard_from_the_menu(page, live_cast, open_page):
    open_page(page, live_cast, "max", USERS)
    button = page.get_by_role("button", name="More actions for Bo Lindqvist")
    button.focus()
    page.keyboard.press("Enter")
    item = page.get_by_role("menuitem", name="Edit profile")
    expect(item).to_be_focused()
    page.keyboard.press("Enter")
    sheet = drawer(page)
    expect(sheet).to_be_visible()
    sheet.get_by_label("Last name").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("Lund")
    page.keyboard.press("Tab")
    page.keyboard.type("Operator")
    page.keyboard.press("Tab")
    expect(sheet.get_by_role("checkbox", name="Remove from Marketing")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # opens the list of groups
    search = sheet.get_by_role("searchbox", name="Search groups")
    expect(search).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.type("rese")
    expect(sheet.locator("#join-list li")).to_have_count(1)
    page.keyboard.press("Enter")  # searches without submitting the form
    expect(sheet).to_be_visible()
    sheet.get_by_role("checkbox", name="Add to Research").focus()
    page.keyboard.press("Space")
    sheet.get_by_label("Last name").focus()
    page.keyboard.press("Enter")  # saves
    expect(sheet).to_have_count(0)
    expect(page.locator(f"#user-{live_cast.bo.pk}")).to_contain_text("Bo Lund")
    expect(page.get_by_role("button", name="More actions for Bo Lund")).to_be_focused()
    now = profile_of(fresh(live_cast.bo))
    assert now.roles == {role_named("operator").pk} and now.groups == {live_cast.groups["research"].pk}


@pytest.mark.spec("U-8")
def test_closing_asks_when_something_was_changed(page, live_cast, open_page, axe):
    page.set_viewport_size({"width": 1440, "height": 500})
    open_page(page, live_cast, "olga", USERS)
    name = page.get_by_role("link", name="Bo Lindqvist")
    sheet = open_(page)
    page.keyboard.press("Escape")  # nothing changed, so nothing is asked
    expect(sheet).to_have_count(0)
    expect(name).to_be_focused()
    open_(page)
    sheet.get_by_label("Last name").fill("Lund")
    question, keep = sheet.get_by_text("Discard changes?"), sheet.get_by_role("button", name="Keep editing")
    for way in ("key", "close", "cancel", "beside"):
        if way == "key":
            page.keyboard.press("Escape")
        elif way == "beside":
            page.mouse.click(200, 300)
        else:
            sheet.get_by_role("link", name=way.title(), exact=True).click()
        expect(question).to_be_visible()
        expect(keep).to_be_focused()
        if way == "key":
            assert sheet.evaluate("sheet => sheet.scrollTop") == 0  # the focus stays
            axe(page)
            page.keyboard.press("Escape")
        else:
            keep.click()
        expect(question).to_be_hidden()
        expect(sheet.get_by_label("Last name")).to_have_value("Lund")
    sheet.get_by_label("Last name").fill("Lindqvist")
    page.keyboard.press("Escape")  # unchanged: nothing to lose
    expect(sheet).to_have_count(0)
    open_(page)
    sheet.get_by_role("checkbox", name="Remove from Marketing").check(force=True)
    page.keyboard.press("Escape")
    sheet.get_by_role("button", name="Discard").click()
    expect(sheet).to_have_count(0)
    expect(name).to_be_focused()
    assert profile_of(live_cast.bo).groups == {live_cast.groups["marketing"].pk}


@pytest.mark.spec("U-8")
def test_an_open_menu_and_another_dialog(page, live_cast, open_page):
    open_page(page, live_cast, "olga", USERS)
    sheet = open_(page)
    sheet.get_by_label("Last name").fill("Lund")
    menu = sheet.get_by_role("button", name="More actions for Bo Lindqvist")
    menu.click()
    item = sheet.get_by_role("menuitem", name="Deactivate")
    expect(item).to_be_visible()
    page.keyboard.press("Escape")  # only the menu
    expect(item).to_be_hidden()
    expect(sheet.get_by_text("Discard changes?")).to_be_hidden()
    menu.click()
    item.click()
    expect(sheet.get_by_text("Discard changes?")).to_be_visible()
    sheet.get_by_role("button", name="Discard").click()
    dialog = page.get_by_role("dialog", name="Deactivate Bo Lindqvist?")
    expect(dialog).to_be_visible()
    expect(sheet).to_have_count(0)
    dialog.get_by_role("button", name=re.compile("^Deactivate")).click()
    expect(page.locator(f"#user-{live_cast.bo.pk}")).to_contain_text("Deactivated")
    expect(page.get_by_role("link", name="Bo Lindqvist")).to_be_focused()
    assert fresh(live_cast.bo).status == Status.DEACTIVATED


@pytest.mark.spec("U-8")
def test_the_second_editor_chooses_a_version(page, live_cast, open_page, axe):
    open_page(page, live_cast, "max", USERS)
    sheet = open_(page)
    sheet.get_by_label("Last name").fill("Lund")
    sheet.get_by_label("Role").select_option("Operator")
    set_member_roles(actor=live_cast.olga, member=live_cast.bo, roles=[role_named("manager")])
    sheet.get_by_role("button", name="Save changes").click()
    expect(sheet.get_by_text("Someone else changed this profile while you were editing")).to_be_visible()
    choice = sheet.get_by_role("group", name="Role: Builder → Manager, by Olga Ivanova")
    expect(choice.get_by_label("Keep mine")).to_be_checked()
    expect(sheet.get_by_label("Last name")).to_have_value("Lund")
    expect(sheet.get_by_label("Role", exact=True)).to_have_value(str(role_named("operator").pk))
    axe(page)
    page.keyboard.press("Escape")
    expect(sheet.get_by_text("Discard changes?")).to_be_visible()
    sheet.get_by_role("button", name="Keep editing").click()
    choice.get_by_label("Keep theirs").check()
    sheet.get_by_role("button", name="Save changes").click()
    expect(sheet).to_have_count(0)
    row = page.locator(f"#user-{live_cast.bo.pk}")
    expect(row).to_contain_text("Bo Lund")
    expect(row).to_contain_text("Manager")
    assert [role.key for role in direct_roles_of(fresh(live_cast.bo))] == ["manager"]


@pytest.mark.spec("U-8", "U-13")
def test_errors_and_a_deleted_member(page, live_cast, open_page, axe):
    open_page(page, live_cast, "olga", USERS)
    sheet = open_(page)
    sheet.get_by_label("Last name").fill("L" * 101)
    sheet.get_by_role("button", name="Save changes").click()
    expect(sheet.get_by_text("Use at most 100 characters.")).to_be_visible()
    expect(sheet.get_by_label("Last name")).to_be_focused()
    axe(page)
    sheet.get_by_label("Last name").fill("Lund")
    delete_member(actor=live_cast.olga, member=live_cast.bo)
    sheet.get_by_role("button", name="Save changes").click()
    expect(page.locator("#toasts")).to_contain_text("Bo Lindqvist was deleted in the meantime.")
    expect(sheet).to_have_count(0)
    expect(page.locator("tbody tr")).to_have_count(3)


@pytest.mark.spec("U-19")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_it_fills_the_screen(page, live_cast, open_page, axe, scheme):
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    open_page(page, live_cast, "olga", USERS)
    sheet = open_(page)
    assert sheet.bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
    expect(sheet.get_by_role("button", name="Save changes")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert sheet.evaluate("sheet => sheet.scrollWidth") <= 390
    axe(page)
    sheet.get_by_text("Add project").click()
    expect(sheet.get_by_role("checkbox", name="Give access to Ledger")).to_be_attached()
    axe(page)


@pytest.mark.spec("U-19")
def test_the_profile_as_a_page(page, live_cast, open_page, axe):
    open_page(page, live_cast, "olga", profile_url(live_cast.bo))
    axe(page)
    page.get_by_text("Add to group").click()
    page.get_by_role("checkbox", name="Add to Research").check(force=True)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="Cancel").click()
    expect(page).to_have_url(re.compile(f"{live_cast.bo.pk}/$"))
    assert asked == ["beforeunload"]
    page.get_by_role("button", name="Save changes").click()
    expect(page).to_have_url(re.compile("/users/$"))
    expect(page.locator(f"#user-{live_cast.bo.pk}")).to_contain_text("Research")
    for below in ("projects/", "activity/"):
        page.goto(page.url + f"{live_cast.bo.pk}/{below}")
        axe(page)
        page.goto(page.url.replace(f"{live_cast.bo.pk}/{below}", ""))


@pytest.mark.spec("U-8")
def test_without_scripts(browser, live_cast, open_page):
    page = browser.new_context(java_script_enabled=False, reduced_motion="reduce").new_page()
    open_page(page, live_cast, "olga", USERS + "?status=active")
    page.get_by_role("link", name="Bo Lindqvist").click()
    page.get_by_label("Last name").fill("Lund")
    page.get_by_role("checkbox", name="Remove from Marketing").check(force=True)
    page.get_by_text("Add to group").click()
    page.get_by_role("searchbox", name="Search groups").fill("rese")
    page.get_by_role("button", name="Search groups").click()
    expect(page.get_by_label("Last name")).to_have_value("Lund")
    page.get_by_role("checkbox", name="Add to Research").check(force=True)
    page.get_by_label("Last name").press("Enter")
    expect(page).to_have_url(re.compile(r"/users/\?status=active$"))
    expect(page.locator(f"#user-{live_cast.bo.pk}")).to_contain_text("Bo Lund")
    assert profile_of(live_cast.bo).groups == {live_cast.groups["research"].pk}
    page.context.close()
