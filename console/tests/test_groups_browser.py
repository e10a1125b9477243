"""Groups in a real browser: mouse, keyboard, no script, both themes, a phone, axe (G-1, G-2, G-4, U-12, U-18)."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from console.tests.people import in_groups, joined, pending
from organizations.models import Group, GroupRole, ManagedBy, ProjectGrant, Status
from organizations.queries import roles_of_group
from teamadmin.testing.cast import role_named
from teamadmin.testing.pages import tick_filter, use_session, wait_for_htmx

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("refusals")]
GROUPS = "/o/acme/groups/"
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture
def scene(live_cast):
    """Marketing with five members and a role, an external group, Opal deactivated."""
    acme = live_cast.acme
    in_groups([*joined(acme, 2), *pending(acme, 2)], [live_cast.groups["marketing"]])
    GroupRole.objects.create(organization=acme, group=live_cast.groups["marketing"], role=role_named("operator"))
    live_cast.staff = Group.objects.create(organization=acme, name="Staff", managed_by=ManagedBy.SCIM)
    in_groups([live_cast.max], [live_cast.staff])
    live_cast.opal.status = Status.DEACTIVATED
    live_cast.opal.save()
    return live_cast


@pytest.fixture
def olga(page: Page, scene, open_page):
    """Olga's page."""
    open_page(page, scene, "olga", GROUPS)
    return page


def row(page: Page, group: Group):
    return page.locator(f"#group-{group.pk}")


@pytest.mark.spec("G-1", "U-12")
def test_creating_a_group_by_mouse(olga, scene):
    olga.get_by_role("link", name="Add new group").click()
    dialog = olga.get_by_role("dialog")
    expect(dialog.get_by_label("Group name")).to_be_focused()
    dialog.get_by_label("Group name").fill("marketing")
    dialog.get_by_label("Add Bo Lindqvist").check(force=True)
    search = dialog.get_by_role("searchbox", name="Search people")
    search.press_sequentially("opal", delay=20)
    expect(dialog.get_by_text("Max Keller")).to_be_hidden()
    expect(dialog.get_by_text("Deactivated: no access until reactivated")).to_be_visible()
    dialog.get_by_label("Add Opal Nakamura").check(force=True)
    expect(dialog.get_by_label("Add Bo Lindqvist")).to_be_checked()  # chosen before, shown next to the results
    expect(dialog.locator("[data-tally]")).to_have_text("2")
    dialog.get_by_role("button", name="Create group").click()
    expect(dialog.get_by_text("A group named “marketing” already exists")).to_be_visible()
    expect(dialog.get_by_label("Group name")).to_be_focused()
    expect(dialog.get_by_label("Add Opal Nakamura")).to_be_checked()
    dialog.get_by_label("Group name").fill("Storm crew")
    dialog.get_by_role("button", name="Create group").click()
    expect(olga.get_by_role("heading", name="Storm crew")).to_be_visible()
    expect(olga.locator("#toasts")).to_contain_text("Opal Nakamura is deactivated")
    assert Group.objects.get(name="Storm crew").member_links.count() == 2


@pytest.mark.spec("G-1", "U-18")
def test_the_menu_of_a_row_by_keyboard(olga, scene):
    research = scene.groups["research"]
    more = row(olga, research).get_by_role("button", name="More actions for Research")
    more.focus()
    olga.keyboard.press("ArrowDown")
    expect(olga.get_by_role("link", name="Edit group")).to_be_focused()
    olga.keyboard.press("Escape")
    expect(more).to_be_focused()
    olga.keyboard.press("Enter")
    olga.keyboard.press("ArrowDown")
    olga.keyboard.press("Enter")
    dialog = olga.get_by_role("dialog")
    expect(dialog.get_by_label("Name")).to_be_focused()
    olga.keyboard.press("Control+A")
    olga.keyboard.type("Laboratory")
    olga.keyboard.press("Enter")
    expect(row(olga, research)).to_contain_text("Laboratory")
    expect(olga.locator("#toasts")).to_contain_text("Laboratory was saved.")
    expect(olga.get_by_role("dialog")).to_have_count(0)
    more = row(olga, research).get_by_role("button", name="More actions for Laboratory")
    expect(more).to_be_focused()
    olga.keyboard.press("ArrowUp")
    expect(row(olga, research).get_by_role("link", name="Delete")).to_be_focused()
    olga.keyboard.press("Enter")
    expect(olga.get_by_role("link", name="Cancel")).to_be_focused()
    olga.get_by_role("button", name="Delete group").press("Enter")
    expect(row(olga, research)).to_have_count(0)
    expect(olga.locator("#toasts")).to_contain_text("Laboratory was deleted.")


@pytest.mark.spec("G-1")
def test_search_and_filter_are_in_the_url(olga, scene):
    olga.get_by_role("searchbox", name="Search groups").press_sequentially("sta", delay=20)
    expect(olga).to_have_url(f"{olga.url.split('?')[0]}?q=sta")  # a slow machine searches for "st" first
    expect(olga.locator("tbody tr")).to_have_count(1)
    tick_filter(olga, "Managed by", "Manually managed")
    expect(olga.get_by_role("heading", name="No groups match “sta”")).to_be_visible()
    expect(olga).to_have_url(f"{olga.url.split('?')[0]}?q=sta&managed=manual")
    olga.go_back()
    expect(olga.locator("tbody tr")).to_have_count(1)
    expect(olga.get_by_role("searchbox")).to_have_value("sta")


@pytest.mark.spec("G-2", "U-18")
def test_adding_and_removing_members(olga, live_server, scene):
    group = scene.groups["marketing"]
    olga.goto(f"{live_server.url}{GROUPS}{group.pk}/")
    olga.get_by_role("link", name="Add members").click()
    dialog = olga.get_by_role("dialog")
    expect(dialog.get_by_text("Already in this group")).to_have_count(5)
    dialog.get_by_role("searchbox").press_sequentially("max", delay=20)
    expect(dialog.get_by_text("Olga Ivanova")).to_be_hidden()
    olga.keyboard.press("Tab")  # to the list, which scrolls
    olga.keyboard.press("Tab")
    expect(dialog.get_by_label("Add Max Keller")).to_be_focused()
    olga.keyboard.press("Space")
    dialog.get_by_role("button", name="Add members").click()
    expect(olga.get_by_role("dialog")).to_have_count(0)
    expect(olga.locator("#members")).to_contain_text("Max Keller")
    expect(olga.get_by_role("link", name="Add members")).to_be_focused()
    olga.get_by_role("searchbox", name="Search members").press_sequentially("kel", delay=20)
    expect(olga.locator("#members tbody tr")).to_have_count(1)
    expect(olga.get_by_role("searchbox", name="Search members")).to_be_focused()
    wait_for_htmx(olga)
    olga.get_by_role("button", name="Remove Max Keller from this group").focus()
    olga.keyboard.press("Enter")
    expect(olga.locator("#toasts")).to_contain_text("Removed Max Keller from Marketing.")
    expect(olga.locator("#members")).to_contain_text("No members of this group match “kel”")
    expect(olga.get_by_role("heading", name=re.compile("^Members"))).to_be_focused()
    assert group.member_links.count() == 5


@pytest.mark.spec("G-2", "G-4")
def test_projects_and_roles_by_mouse(olga, live_server, scene):
    group = scene.groups["marketing"]
    olga.goto(f"{live_server.url}{GROUPS}{group.pk}/")
    olga.get_by_role("link", name="Add project").click()
    olga.get_by_label("Give access to Ledger").check(force=True)
    olga.get_by_role("button", name="Give access").click()
    expect(olga.locator("#group-projects")).to_contain_text("Ledger")
    olga.get_by_role("button", name="Remove access to Atlas").click()
    expect(olga.locator("#group-projects")).not_to_contain_text("Atlas")
    expect(olga.get_by_role("heading", name="Project access")).to_be_focused()
    olga.get_by_role("link", name="Change roles").click()
    dialog = olga.get_by_role("dialog")
    expect(dialog.get_by_label("Operator")).to_be_checked()
    dialog.get_by_label("Operator").uncheck()
    dialog.get_by_label("Builder").check()
    dialog.get_by_role("button", name="Save roles").click()
    expect(olga.locator("#toasts")).to_contain_text("Roles for Marketing were saved.")
    assert roles_of_group(group) == [role_named("builder")]


@pytest.mark.spec("G-2", "U-18")
def test_delete_from_its_page(olga, live_server, scene):
    olga.goto(f"{live_server.url}{GROUPS}{scene.groups['marketing'].pk}/")
    olga.get_by_role("link", name="Delete group").click()
    expect(olga.get_by_role("dialog")).to_contain_text("Members keep their own role")
    olga.keyboard.press("Escape")
    expect(olga.get_by_role("dialog")).to_have_count(0)
    expect(olga.get_by_role("link", name="Delete group")).to_be_focused()
    olga.get_by_role("link", name="Delete group").click()
    olga.get_by_role("dialog").get_by_role("button", name="Delete group").click()
    expect(olga.get_by_role("heading", name="Groups")).to_be_visible()
    expect(olga.locator("#toasts")).to_contain_text("Marketing was deleted.")


@pytest.mark.spec("G-1", "G-2")
def test_without_a_script(browser: Browser, live_server, scene):
    context = browser.new_context(java_script_enabled=False, viewport=WIDE, reduced_motion="reduce")
    use_session(context, live_server.url, scene.client("olga"))
    page = context.new_page()
    page.goto(live_server.url + GROUPS)
    page.get_by_role("link", name="Add new group").click()
    page.get_by_label("Group name").fill("Storm crew")
    page.get_by_label("Add Bo Lindqvist").check(force=True)
    page.get_by_role("searchbox").fill("max")
    with page.expect_navigation():
        page.keyboard.press("Enter")  # searches without creating anything
    expect(page.get_by_label("Group name")).to_have_value("Storm crew")
    expect(page.get_by_label("Add Bo Lindqvist")).to_be_checked()
    page.get_by_label("Add Max Keller").check(force=True)
    page.get_by_role("button", name="Create group").click()
    expect(page.get_by_role("heading", name="Storm crew")).to_be_visible()
    page.get_by_role("button", name="Remove Max Keller from this group").click()
    expect(page.locator("#members")).not_to_contain_text("Max Keller")
    page.get_by_role("link", name="Change roles").click()
    page.get_by_label("Operator").check()
    page.get_by_role("button", name="Save roles").click()
    expect(page.get_by_text("No roles assigned.")).to_have_count(0)
    page.get_by_role("link", name="Delete group").click()
    page.get_by_role("button", name="Delete group").click()
    expect(page.get_by_text("Storm crew was deleted.")).to_be_visible()
    context.close()


@pytest.mark.spec("U-18")
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_overflows(olga, live_server, scene, axe, size, scheme):
    long = Group.objects.create(organization=scene.acme, name="Donaudampfschifffahrt" * 4, description="x" * 300)
    ProjectGrant.objects.create(organization=scene.acme, project=scene.projects["ledger"], group=long)
    in_groups([scene.opal], [long])
    olga.set_viewport_size(size)
    olga.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    marketing = f"{GROUPS}{scene.groups['marketing'].pk}/"
    nouns = ("", "details/", "deletion/", "members/", "projects/", "roles/")
    places = [GROUPS, GROUPS + "?q=zzz", GROUPS + "new/", f"{GROUPS}{long.pk}/", f"{GROUPS}{scene.staff.pk}/"]
    for path in [*places, *(marketing + noun for noun in nouns)]:
        olga.goto(live_server.url + path)
        axe(olga)
        assert olga.evaluate("document.documentElement.scrollWidth") <= size["width"], path
    olga.goto(live_server.url + GROUPS)
    olga.get_by_role("link", name="Add new group").click()
    expect(olga.get_by_role("dialog")).to_be_visible()
    axe(olga)
