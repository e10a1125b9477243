"""The Brands page in a browser, and the colors of a brand on pages."""

import re

import pytest
from playwright.sync_api import Page, expect

from base.tests.test_uploads import picture
from organizations.models import Organization
from teamadmin.testing.pages import wait_for_htmx

pytestmark = pytest.mark.spec("A-2")
URL = "/o/acme/brands/"


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def color_of(page: Page, selector: str) -> str:
    return page.locator(selector).first.evaluate("element => getComputedStyle(element).backgroundColor")


def test_a_brand_is_chosen_with_a_live_preview(page: Page, live_cast, open_page, axe, tmp_path):
    open_page(page, live_cast, "olga", URL)
    page.get_by_label("Brand color").fill("#ffd400")
    expect(page.locator("#brand-contrast")).to_contain_text("1.4:1")
    expect(page.locator(".preview[data-theme=light] .fake").first).to_have_css("background-color", "rgb(255, 212, 0)")
    page.get_by_label("Platform name").fill("Workbench")
    expect(page.locator("#brand-preview .title").first).to_have_text("Join Acme on Workbench")
    page.get_by_role("button", name="Use #8d7400").click()
    expect(page.get_by_label("Brand color")).to_have_value("#8d7400")
    expect(page.get_by_label("Platform name")).to_have_value("Workbench")
    page.get_by_label("Brand color").fill("#0b6b4f")
    expect(page.locator("#brand-contrast")).to_contain_text("6.5:1")
    page.locator("select[name=email]").select_option("two_factor_reminder")
    expect(page.locator("#brand-preview .title").first).to_have_text(re.compile("two-factor"))
    expect(page.locator(".preview[data-theme=light] .fake").first).to_have_css("background-color", "rgb(11, 107, 79)")
    assert color_of(page, ".preview[data-theme=dark] .fake") == "rgb(65, 189, 147)"
    axe(page)
    page.get_by_role("button", name="Save brand").click()
    expect(page.get_by_text("Brand saved.")).to_be_visible()
    for scheme, background, ink in (
        ("light", "rgb(11, 107, 79)", "rgb(255, 255, 255)"),
        ("dark", "rgb(65, 189, 147)", "rgb(8, 32, 23)"),
    ):
        page.emulate_media(color_scheme=scheme)
        button = page.get_by_role("button", name="Save brand")
        expect(button).to_have_css("background-color", background)
        expect(button).to_have_css("color", ink)
        axe(page)
    page.emulate_media(forced_colors="active")
    assert color_of(page, ".btn.primary") not in ("rgb(11, 107, 79)", "rgb(65, 189, 147)")
    file = tmp_path / "logo.png"
    file.write_bytes(picture(size=(700, 500)))
    page.get_by_label("Upload logo").set_input_files(file)
    expect(page.get_by_text("Logo saved.")).to_be_visible()
    expect(page.locator("#brand-logo img.logo")).to_have_js_property("naturalWidth", 512)
    page.get_by_role("button", name="Remove logo").click()
    expect(page.get_by_text("No logo yet")).to_be_visible()


def test_unsaved_changes_are_guarded(page: Page, live_cast, open_page):
    open_page(page, live_cast, "olga", URL)
    page.locator("select[name=email]").select_option("join_approved")  # no change of the brand
    wait_for_htmx(page)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_role("link", name="Users").click()
    expect(page).to_have_url(re.compile("/users/"))
    assert asked == []
    page.goto(page.url.replace("users/", "brands/"))
    page.get_by_label("Platform name").press_sequentially("Work")
    page.get_by_role("link", name="Users").click()
    expect(page).to_have_url(re.compile("/users/"))
    assert asked == ["beforeunload"] and Organization.objects.get(slug="acme").platform_name == ""
