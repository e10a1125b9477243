"""Homepage, Projects, Workspace, preferences and the organization chooser in a real browser."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from organizations.models import Group, GroupMembership, Project, ProjectGrant
from teamadmin.testing.cast import PASSWORD, add_member
from teamadmin.testing.pages import use_session

SCREENS = ("/o/acme/", "/o/acme/projects/", "/o/acme/workspace/", "/o/acme/preferences/", "/organizations/")
SCREENS += ("/o/acme/preferences/security/", "/o/acme/preferences/access/")
VIEWPORTS = [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenfabrikationsleiterin" + "x" * 31


@pytest.fixture
def scene(live_cast):
    """Long names, several kinds of access, two organizations, entries in the audit log."""
    group = Group(organization=live_cast.acme, name=LONG)
    group.save()
    project = Project(organization=live_cast.acme, name=LONG[::-1], description="What it is about. " * 20)
    project.save()
    for member in (live_cast.olga, live_cast.bo):
        GroupMembership.objects.create(organization=live_cast.acme, group=group, membership=member)
        ProjectGrant.objects.create(organization=live_cast.acme, project=project, membership=member)
    ProjectGrant.objects.create(organization=live_cast.acme, project=project, group=group)
    add_member(live_cast.globex, live_cast.olga.user, "read_only", "billing")
    live_cast.invite(people=[("Nadia", LONG, "nadia@acme.example")])
    return live_cast


@pytest.fixture
def olga(page: Page, live_server, scene) -> Page:
    use_session(page.context, live_server.url, scene.client("olga"))
    return page


@pytest.mark.spec("U-18")
@pytest.mark.parametrize("name", ["olga", "opal"])
@pytest.mark.parametrize("width,scheme", VIEWPORTS)
def test_pages_are_accessible_and_fit_the_screen(page: Page, live_server, scene, axe, name, width, scheme):
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    use_session(page.context, live_server.url, scene.client(name))
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for path in SCREENS:
        page.goto(live_server.url + path)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert not complaints


@pytest.mark.parametrize("width,scheme", VIEWPORTS)
def test_sign_in_and_no_organization_pages_are_accessible(page: Page, live_server, scene, axe, width, scheme):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(live_server.url)
    axe(page)
    use_session(page.context, live_server.url, scene.client("stranger"))
    page.goto(live_server.url)
    expect(page.get_by_role("heading", level=1)).to_have_text("You’re not a member of any organization yet")
    axe(page)


@pytest.mark.spec("A-5")
def test_signing_in_leads_to_the_homepage(page: Page, live_server, scene):
    page.goto(live_server.url)
    page.get_by_label("Email address").fill("bo@acme.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(live_server.url + "/o/acme/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome, Bo")


@pytest.mark.spec("U-1")
def test_account_menu_works_with_the_keyboard(olga: Page, live_server):
    olga.goto(live_server.url + "/o/acme/")
    button = olga.locator(".sidebar").get_by_role("button", name="Account menu")
    box = button.bounding_box()
    assert box and box["x"] < 100 and box["y"] > 700  # at the bottom left
    button.focus()
    olga.keyboard.press("Enter")
    menu = olga.locator("#account-menu")
    expect(menu.get_by_role("link", name="Users")).to_have_attribute("href", "/o/acme/users/")
    menu.get_by_role("link", name="Account preferences").focus()
    olga.keyboard.press("Enter")
    expect(olga).to_have_url(live_server.url + "/o/acme/preferences/")
    expect(olga.get_by_role("heading", name="Workspace")).to_be_visible()
    expect(olga.get_by_role("main").get_by_role("link", name="Users")).to_be_visible()


@pytest.mark.spec("U-1")
def test_on_a_phone_the_avatar_opens_the_account_menu(olga: Page, live_server):
    olga.set_viewport_size({"width": 390, "height": 844})
    olga.goto(live_server.url + "/o/acme/")
    olga.locator(".topbar").get_by_role("button", name="Account menu").click()
    olga.locator("#account-menu").get_by_role("link", name="Account preferences").click()
    expect(olga).to_have_url(live_server.url + "/o/acme/preferences/")


@pytest.mark.spec("A-5")
def test_the_switcher_changes_the_organization(olga: Page, live_server):
    olga.goto(live_server.url + "/o/acme/projects/")
    olga.get_by_role("button", name="Acme Switch organization").click()
    menu = olga.locator("#organization-menu")
    expect(menu.get_by_role("link", name="Acme")).to_have_attribute("aria-current", "true")
    menu.get_by_role("link", name="Globex").click()
    expect(olga).to_have_url(live_server.url + "/o/globex/")
    olga.goto(live_server.url + "/organizations/")
    olga.get_by_role("link", name="Acme").click()
    expect(olga).to_have_url(live_server.url + "/o/acme/")


def test_projects_search_while_typing_and_back_button(olga: Page, live_server):
    olga.goto(live_server.url + "/o/acme/projects/")
    rows = olga.locator("#projects li")
    expect(rows).to_have_count(4)
    search = olga.get_by_role("searchbox", name="Search projects")
    search.press_sequentially("led")
    expect(rows).to_have_count(1)
    expect(olga).to_have_url(live_server.url + "/o/acme/projects/?q=led")
    expect(search).to_be_focused()
    search.fill("nothing such")
    expect(olga.get_by_role("heading", name="No projects match")).to_be_visible()
    olga.get_by_role("link", name="Clear search").click()
    expect(rows).to_have_count(4)
    expect(search).to_have_value("")
    olga.go_back()
    expect(olga.get_by_role("heading", name="No projects match")).to_be_visible()
    expect(search).to_have_value("nothing such")


def test_many_projects_are_paged(olga: Page, live_server, scene):
    Project.objects.bulk_create(
        Project(organization=scene.acme, name=f"P {number:03}").prepare() for number in range(60)
    )
    olga.goto(live_server.url + "/o/acme/projects/?q=p+")
    olga.get_by_role("link", name="Next").click()
    expect(olga).to_have_url(re.compile(r"\?q=p&after=p\+049~"))
    expect(olga.locator("#projects li").first).to_contain_text("P 050")
    olga.get_by_role("link", name="Previous").click()
    expect(olga.locator("#projects li").first).to_contain_text("P 000")


@pytest.mark.spec("U-1")
def test_theme_applies_at_once_and_is_saved(olga: Page, live_server, scene):
    olga.goto(live_server.url + "/o/acme/preferences/")
    with olga.expect_response("**/accounts/theme/") as saved:
        olga.get_by_role("main").get_by_label("Dark").check()
    assert saved.value.status == 204
    expect(olga.locator("html")).to_have_attribute("data-theme", "dark")
    olga.reload()
    expect(olga.locator("html")).to_have_attribute("data-theme", "dark")
    expect(olga.locator("#account-menu").get_by_label("Dark")).to_be_checked()


@pytest.mark.spec("U-1")
def test_change_your_name(olga: Page, live_server):
    olga.goto(live_server.url + "/o/acme/preferences/")
    olga.get_by_label("First name").fill("")
    olga.get_by_label("Last name").fill("")
    olga.get_by_role("button", name="Save name").click()
    expect(olga.get_by_text("Enter a first or last name.")).to_be_visible()
    olga.get_by_label("Last name").fill("Ivanova")
    field = olga.get_by_label("First name")
    field.fill("Olya")
    olga.keyboard.press("Enter")
    expect(olga.get_by_role("status")).to_contain_text("Your name was saved.")
    expect(olga.locator(".sidebar-foot")).to_contain_text("Olya Ivanova")


@pytest.mark.spec("U-1", "A-5")
def test_everything_works_without_javascript(browser: Browser, live_server, scene):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1440, "height": 900})
    use_session(context, live_server.url, scene.client("olga"))
    page = context.new_page()
    page.goto(live_server.url + "/o/acme/projects/")
    page.get_by_role("searchbox", name="Search projects").fill("atlas")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.locator("#projects li")).to_have_count(1)
    page.get_by_role("button", name="Acme Switch organization").click()
    page.locator("#organization-menu").get_by_role("link", name="Globex").click()
    page.locator(".sidebar").get_by_role("button", name="Account menu").click()
    page.locator("#account-menu").get_by_role("link", name="Account preferences").click()
    page.get_by_role("main").get_by_label("Dark").check()
    page.get_by_role("main").get_by_role("button", name="Use this theme").click()
    expect(page).to_have_url(live_server.url + "/o/globex/preferences/")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_label("Last name").fill("Petrova")
    page.get_by_role("button", name="Save name").click()
    expect(page.get_by_text("Your name was saved.")).to_be_visible()
    assert User.objects.get(email="olga@acme.example").last_name == "Petrova"
    context.close()
