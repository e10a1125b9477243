"""Roles in a real browser: by mouse, by keyboard alone, on a phone, and without scripts."""

import re

import pytest
from playwright.sync_api import expect

from organizations.models import Role
from organizations.permissions import Permission as P
from organizations.roles import permissions_of
from teamadmin.testing.cast import add_member, add_role, add_user, role_named
from teamadmin.testing.pages import use_session

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("refusals")]
ROLES = "/o/acme/roles/"
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def desk(live_cast) -> Role:
    role = add_role(live_cast.acme, "Desk", P.PEOPLE_VIEW, P.PEOPLE_EDIT)
    live_cast.vic = add_member(live_cast.acme, add_user("vic@acme.example", "Vic", "Vale"), role)
    return role


@pytest.mark.spec("R-3", "R-9")
def test_a_role_is_added_edited_and_deleted_by_mouse(page, live_cast, open_page, axe):
    open_page(page, live_cast, "olga", ROLES)
    axe(page)
    page.get_by_role("link", name="Add role", exact=True).click()
    page.get_by_label("Name").fill("Night desk")
    page.get_by_label("Invite people").check()
    axe(page)
    page.get_by_role("button", name="Add role").click()
    expect(page.get_by_role("heading", name="Night desk", level=1)).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Invite people").uncheck()
    page.get_by_role("checkbox", name="See the audit log", exact=True).check()
    page.get_by_role("button", name="Save role").click()
    expect(page.get_by_text("The role Night desk was saved.")).to_be_visible()
    role = Role.objects.get(name="Night desk")
    assert permissions_of(role) == {P.PEOPLE_VIEW, P.AUDIT_VIEW}
    page.get_by_role("link", name="Delete role").click()
    dialog = page.get_by_role("dialog")
    axe(page)
    dialog.get_by_role("button", name="Delete role").click()
    expect(page.get_by_text("The role Night desk was deleted.")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/roles/$"))
    assert not Role.objects.filter(pk=role.pk).exists()


@pytest.mark.spec("R-3")
def test_errors_get_keyboard_focus(page, live_cast, open_page, refusals, axe):
    open_page(page, live_cast, "olga", f"{ROLES}new/")
    page.get_by_label("Name").fill("Night desk")
    page.get_by_role("button", name="Add role").click()
    expect(page.locator("#id_permissions")).to_be_focused()
    axe(page)
    page.get_by_label("Invite people").check()
    page.get_by_label("Name").fill("Admin")
    page.get_by_role("button", name="Add role").click()
    expect(page.get_by_label("Name")).to_be_focused()
    axe(page)
    page.goto(page.url.replace("/roles/new/", "/security/"))
    page.get_by_label("Allowed email domains").fill("nonsense")
    page.get_by_role("button", name="Save rules").click()
    expect(page.get_by_label("Allowed email domains")).to_be_focused()


@pytest.mark.spec("R-3")
def test_choosing_a_replacement_by_keyboard(page, live_cast, desk, open_page, axe):
    open_page(page, live_cast, "olga", f"{ROLES}{desk.pk}/")
    link = page.get_by_role("link", name="Delete role")
    link.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("1 member has it")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    choice = dialog.get_by_label("Replacement role")
    choice.focus()
    page.keyboard.type("Builder")
    axe(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(dialog.get_by_role("button", name="Delete role")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("was deleted and replaced by Builder.")).to_be_visible()
    assert live_cast.vic.role_links.get().role == role_named("builder")


@pytest.mark.spec("R-3")
def test_adding_a_role_by_keyboard(page, live_cast, open_page):
    open_page(page, live_cast, "olga", f"{ROLES}new/")
    page.get_by_label("Name").focus()
    page.keyboard.type("Readers")
    for _step in range(2):
        page.keyboard.press("Tab")
    expect(page.get_by_role("checkbox", name="See the workspace", exact=True)).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Readers", level=1)).to_be_visible()
    assert permissions_of(Role.objects.get(name="Readers")) == {P.WORKSPACE_VIEW}


@pytest.mark.spec("R-9")
def test_the_matrix_scrolls_by_itself_on_a_phone(page, live_cast, open_page, axe):
    for number in range(6):
        add_role(live_cast.acme, f"Role {number}", P.PEOPLE_VIEW)
    page.set_viewport_size(PHONE)
    open_page(page, live_cast, "olga", ROLES)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    matrix = page.get_by_role("region", name="Permissions by role")
    matrix.focus()
    label = matrix.get_by_role("rowheader", name="See people")
    before = label.bounding_box()
    matrix.evaluate("region => { region.scrollLeft = 300 }")
    assert label.bounding_box() == before, "the permissions stay visible while the roles scroll"
    expect(matrix.get_by_role("columnheader", name="Role 5")).to_be_attached()
    axe(page)


@pytest.mark.spec("R-9", "R-3")
def test_without_scripts(browser, live_server, live_cast, desk):
    context = browser.new_context(java_script_enabled=False)
    use_session(context, live_server.url, live_cast.client("olga"))
    page = context.new_page()
    page.goto(live_server.url + ROLES + "new/")
    page.get_by_label("Copy from a role").select_option("Desk")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_label("Name")).to_have_value("Desk copy")
    expect(page.get_by_label("Edit people")).to_be_checked()
    page.get_by_role("button", name="Add role").click()
    expect(page.get_by_role("heading", name="Desk copy", level=1)).to_be_visible()
    page.goto(f"{live_server.url}{ROLES}{desk.pk}/")
    page.get_by_role("link", name="Delete role").click()
    page.get_by_label("Replacement role").select_option("Desk copy")
    page.get_by_role("button", name="Delete role").click()
    expect(page.get_by_role("row", name=re.compile("^Desk copy"))).to_contain_text("1")
    assert live_cast.vic.role_links.get().role.name == "Desk copy"
    context.close()


@pytest.mark.spec("R-3")
def test_a_concurrent_edit_is_shown(page, live_cast, desk, open_page, axe):
    open_page(page, live_cast, "olga", f"{ROLES}{desk.pk}/edit/")
    Role.objects.filter(pk=desk.pk).update(name="Help desk")
    page.get_by_label("Description").fill("Mine")
    page.get_by_role("button", name="Save role").click()
    expect(page.get_by_role("alert")).to_contain_text("The name is now “Help desk”.")
    expect(page.get_by_label("Description")).to_have_value("Mine")
    axe(page)
    page.get_by_role("button", name="Save role").click()
    expect(page.get_by_role("heading", name="Desk", level=1)).to_be_visible()
