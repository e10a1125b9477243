"""Datasets and integrations in a real browser: mouse, keyboard, no JavaScript, both themes, phone size, axe (A-3)."""

import pytest
from playwright.sync_api import Browser, Page, expect

from teamadmin.testing.pages import tick_filter, use_session, wait_for_htmx
from teamadmin.testing.records import add_pipeline, add_record
from workspace.models import Dataset, Source

pytestmark = pytest.mark.django_db(transaction=True)
DATASETS, SOURCES = "/o/acme/datasets/", "/o/acme/integrations/"
SECRET = "s3cr3t-Z9-pa55word"


@pytest.mark.spec("A-3")
def test_add_edit_archive_and_restore_a_source(page: Page, live_cast, open_page):
    open_page.expected = ("422 (Unprocessable",)
    open_page(page, live_cast, "olga", SOURCES)
    page.locator("#new-record").click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("heading", name="Add source")).to_be_visible()
    wait_for_htmx(page)
    drawer.locator("#id_secret").fill(SECRET)
    drawer.get_by_role("button", name="Add source").click()
    expect(drawer.get_by_text("Enter a name.")).to_be_visible()
    expect(drawer.get_by_label("Name", exact=True)).to_be_focused()
    assert SECRET not in page.content()
    page.keyboard.type("Shop database")
    drawer.get_by_label("Kind").select_option("PostgreSQL")
    drawer.get_by_label("Project").select_option("Ledger")
    drawer.locator("#id_secret").fill(SECRET)
    drawer.get_by_role("button", name="Add source").click()
    expect(page.locator("#toasts")).to_contain_text("Shop database was added.")
    row = page.get_by_role("row", name="Shop database")
    expect(row).to_contain_text("Ledger")
    expect(page.get_by_role("link", name="Sources 1")).to_be_visible()
    row.get_by_role("link", name="Shop database").click()
    expect(drawer.get_by_placeholder("Saved. Enter a new one to replace it.")).to_be_visible()
    assert SECRET not in page.content()
    wait_for_htmx(page)
    drawer.get_by_label("Name", exact=True).fill("Shop")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Shop was saved.")
    expect(page.get_by_role("link", name="Shop", exact=True)).to_be_visible()
    wait_for_htmx(page)
    page.get_by_role("button", name="More actions for Shop").click()
    page.get_by_role("link", name="Archive").click()
    page.get_by_role("dialog").get_by_role("button", name="Archive").click()
    expect(page.get_by_role("heading", name="No sources yet")).to_be_visible()
    tick_filter(page, "Status", "Archived")
    expect(page.get_by_role("link", name="Shop", exact=True)).to_be_visible()
    wait_for_htmx(page)
    page.get_by_role("button", name="More actions for Shop").click()
    page.get_by_role("link", name="Restore").click()
    page.get_by_role("dialog").get_by_role("button", name="Restore").click()
    expect(page.get_by_role("heading", name="No matches")).to_be_visible()
    tick_filter(page, "Status", "Archived")
    expect(page.get_by_role("row", name="Shop")).to_be_visible()


@pytest.mark.spec("A-3")
def test_without_javascript_drawers_are_pages(browser: Browser, live_cast, live_server):
    context = browser.new_context(java_script_enabled=False)
    use_session(context, live_server.url, live_cast.client("max"))
    page = context.new_page()
    page.goto(live_server.url + DATASETS)
    page.get_by_role("link", name="Add dataset").first.click()
    page.get_by_label("Name", exact=True).fill("Orders")
    page.get_by_role("button", name="Add dataset").click()
    expect(page.get_by_text("Orders was added.")).to_be_visible()
    page.get_by_role("link", name="Orders", exact=True).click()
    page.get_by_label("Status").select_option("Draft")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("row", name="Orders")).to_contain_text("Draft")
    assert Dataset.objects.get().state == "draft"
    context.close()


@pytest.mark.spec("A-3")
def test_accessible_in_both_themes_and_on_a_phone(page: Page, live_cast, open_page, axe):
    pipeline = add_pipeline(live_cast.acme, "Nightly", owner=live_cast.max, project=live_cast.projects["ledger"])
    add_record(Dataset, live_cast.acme, "Orders", state="draft")
    add_record(Source, live_cast.acme, "Loose")
    paths = (
        DATASETS,
        "/o/acme/integrations/pipelines/",
        f"/o/acme/integrations/sources/{pipeline.source_id}/",
        f"/o/acme/integrations/pipelines/{pipeline.pk}/archive/",
    )
    open_page(page, live_cast, "olga", DATASETS)
    for width, scheme in ((1440, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        for path in paths:
            page.goto(open_page.url + path)
            axe(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto(open_page.url + SOURCES)
    page.get_by_role("link", name="Source of Nightly").click()
    expect(page.get_by_role("dialog").get_by_role("heading", name="Used by")).to_be_visible()
    axe(page)
