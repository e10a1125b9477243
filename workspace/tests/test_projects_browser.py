"""Projects in a real browser: mouse, keyboard, no JavaScript, both themes, phone size, axe (P-1, R-4, U-12, U-18)."""

import pytest
from playwright.sync_api import Browser, Page, expect

from organizations.models import Project, ProjectGrant, Status
from teamadmin.testing.pages import use_session, wait_for_htmx

pytestmark = pytest.mark.django_db(transaction=True)
PROJECTS = "/o/acme/projects/"
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture
def olga(page: Page, live_cast, open_page):
    """Olga's page."""
    open_page(page, live_cast, "olga", PROJECTS)
    return page


@pytest.mark.spec("P-1", "U-12")
def test_create_share_archive_and_restore_a_project(olga, live_cast):
    live_cast.opal.status = Status.DEACTIVATED
    live_cast.opal.save()
    olga.get_by_role("link", name="New project").click()
    expect(olga.get_by_label("Project name")).to_be_focused()
    olga.keyboard.type("Harbor")
    olga.keyboard.press("Enter")
    expect(olga.get_by_role("heading", name="Harbor", exact=True)).to_be_visible()
    olga.get_by_role("link", name="Add people").click()
    dialog = olga.get_by_role("dialog")
    dialog.get_by_role("searchbox").press_sequentially("opal", delay=20)
    expect(dialog.get_by_text("Max Keller")).to_be_hidden()
    expect(dialog.get_by_text("Deactivated: no access until reactivated")).to_be_visible()
    dialog.get_by_label("Add Opal Nakamura").check(force=True)
    dialog.get_by_role("button", name="Give access").click()
    expect(olga.locator("#people")).to_contain_text("Direct")
    expect(olga.locator("#toasts")).to_contain_text("Opal Nakamura is deactivated")
    expect(olga.get_by_role("link", name="Add people")).to_be_focused()
    olga.get_by_role("link", name="Add groups").click()
    dialog.get_by_label("Add Marketing").check(force=True)
    dialog.get_by_role("button", name="Give access").click()
    expect(olga.locator("#people")).to_contain_text("via Marketing")
    wait_for_htmx(olga)
    olga.get_by_role("button", name="Remove access for Opal Nakamura").focus()
    olga.keyboard.press("Enter")
    expect(olga.locator("#people")).not_to_contain_text("Opal Nakamura")
    expect(olga.get_by_role("heading", name="People with access")).to_be_focused()
    olga.get_by_role("link", name="Archive").click()
    dialog.get_by_role("button", name="Archive project").click()
    expect(olga.get_by_text("This project is archived")).to_be_visible()
    olga.get_by_role("button", name="Restore").click()
    expect(olga.get_by_role("link", name="Archive")).to_be_visible()
    expect(olga.locator("#people")).to_contain_text("via Marketing")


@pytest.mark.spec("P-1")
def test_search_open_and_rename_a_project(olga, live_cast):
    olga.get_by_role("searchbox", name="Search projects").press_sequentially("atl", delay=20)
    expect(olga.locator("#projects li")).to_have_count(1)
    expect(olga).to_have_url(f"{olga.url.split('?')[0]}?q=atl")
    olga.get_by_role("link", name="Atlas").click()
    expect(olga.get_by_role("heading", name="Atlas")).to_be_visible()
    olga.get_by_role("link", name="Edit").click()
    olga.get_by_label("Name").fill("World")
    olga.get_by_role("button", name="Save").click()
    expect(olga.get_by_role("heading", name="World")).to_be_visible()
    olga.get_by_label("Breadcrumb").get_by_role("link", name="Projects").click()
    olga.get_by_role("link", name="View archived").click()
    expect(olga.get_by_role("heading", name="No archived projects")).to_be_visible()


@pytest.mark.spec("P-1", "R-4")
def test_without_javascript(browser: Browser, live_server, live_cast):
    context = browser.new_context(java_script_enabled=False, viewport=WIDE, reduced_motion="reduce")
    use_session(context, live_server.url, live_cast.client("max"))
    page = context.new_page()
    page.goto(live_server.url + PROJECTS)
    page.get_by_role("link", name="New project").click()
    page.get_by_label("Project name").fill("Harbor")
    page.get_by_role("button", name="Create project").click()
    page.get_by_role("link", name="Add groups").click()
    page.get_by_role("searchbox").fill("mark")
    with page.expect_navigation():
        page.get_by_role("button", name="Search").last.click()
    expect(page.get_by_label("Add Research")).to_have_count(0)
    page.get_by_label("Add Marketing").check(force=True)
    page.get_by_role("button", name="Give access").click()
    expect(page.locator("#people")).to_contain_text("via Marketing")
    page.get_by_role("button", name="Remove access for Marketing").click()
    expect(page.get_by_text("No groups have access.")).to_be_visible()
    page.get_by_role("link", name="Archive").click()
    page.get_by_role("button", name="Archive project").click()
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_text("Harbor was restored")).to_be_visible()
    context.close()


@pytest.mark.spec("P-1", "U-22")
def test_archiving_is_undone_by_keyboard(olga, live_cast, axe):
    olga.get_by_role("link", name="Website").click()
    olga.get_by_role("link", name="Archive").press("Enter")
    dialog = olga.get_by_role("dialog")
    expect(dialog).to_contain_text("Bo Lindqvist loses Website.")
    expect(dialog.get_by_role("link", name="Cancel")).to_be_focused()
    axe(olga)
    dialog.get_by_role("button", name="Archive project").dblclick()
    expect(olga.locator("[data-undo]")).to_contain_text("Website was archived.")
    expect(olga.locator("[data-toast]")).to_have_count(1)
    expect(olga.get_by_role("heading", name="People with access")).to_be_focused()
    axe(olga)
    olga.keyboard.press("Control+z")
    expect(olga.get_by_text("Undone. Website was restored, including everyone’s access.")).to_be_visible()
    expect(olga.get_by_text("This project is archived")).to_be_hidden()
    expect(olga.get_by_role("heading", name="People with access")).to_be_focused()
    live_cast.projects["website"].refresh_from_db()
    assert live_cast.projects["website"].archived_at is None


@pytest.mark.spec("U-18")
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible_and_fit_the_screen(olga, live_server, live_cast, axe, size, scheme):
    long = Project.objects.create(organization=live_cast.acme, name="Donaudampfschifffahrt" * 4, description="x" * 300)
    for member in (live_cast.bo, live_cast.opal):
        ProjectGrant.objects.create(organization=live_cast.acme, project=long, membership=member)
    olga.set_viewport_size(size)
    olga.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    nouns = ("", "details/", "archive/", "people/", "groups/")
    for path in (
        PROJECTS,
        PROJECTS + "?status=archived",
        PROJECTS + "new/",
        *(f"{PROJECTS}{long.pk}/{n}" for n in nouns),
    ):
        olga.goto(live_server.url + path)
        axe(olga)
        assert olga.evaluate("document.documentElement.scrollWidth") <= size["width"], path
    use_session(olga.context, live_server.url, live_cast.client("bo"))
    olga.goto(f"{live_server.url}{PROJECTS}{long.pk}/")
    axe(olga)
