"""The Security page in a real browser, and a second browser that is out at its next click."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from organizations.models import Organization
from teamadmin.testing.pages import use_session

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("refusals")]
URL = "/o/acme/security/"
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def bos_page(browser, live_cast, open_page):
    """A page of Acme in Bo's browser."""
    context = browser.new_context()
    use_session(context, open_page.url, live_cast.client("bo"))
    page = context.new_page()
    page.goto(open_page.url + "/o/acme/projects/")
    yield page
    context.close()


@pytest.mark.spec("S-6")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_errors_are_beside_their_field_and_nothing_typed_is_lost(page, live_cast, open_page, axe, scheme):
    page.emulate_media(color_scheme=scheme)
    open_page(page, live_cast, "olga", URL)
    axe(page)
    page.get_by_label("Sessions at once").select_option("3")
    page.get_by_label("Allowed IP ranges").fill("203.0.113.0/24")
    page.get_by_role("button", name="Save rules").click()
    field = page.get_by_label("Allowed IP ranges")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(
        "Your address now: 127.0.0.1. The ranges must include it."
        " Your address 127.0.0.1 isn’t in these ranges. Add it, or you’ll be locked out."
    )
    axe(page)
    page.set_viewport_size(PHONE)
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    field.fill("203.0.113.0/24 127.0.0.0/8")
    page.get_by_role("button", name="Save rules").click()
    expect(page.get_by_text("Security rules saved.")).to_be_visible()
    assert Organization.objects.get(slug="acme").max_sessions == 3


@pytest.mark.spec("S-3", "S-6")
def test_a_policy_reaches_another_browser_at_its_next_click(page, live_cast, open_page, bos_page):
    open_page(page, live_cast, "olga", URL)
    page.get_by_label("Allowed IP ranges").fill("127.0.0.1")
    page.get_by_role("button", name="Save rules").click()
    expect(page.get_by_text("Security rules saved.")).to_be_visible()
    bos_page.get_by_role("link", name="Workspace").click()
    expect(bos_page).to_have_title(re.compile("^Workspace"))
    Organization.objects.filter(slug="acme").update(allowed_ip_ranges=["203.0.113.0/24"])
    bos_page.get_by_role("link", name="Projects").click()
    expect(bos_page.get_by_text("Acme can’t be opened from your network (127.0.0.1).")).to_be_visible()


@pytest.mark.spec("S-5")
def test_log_out_everyone(page, live_cast, open_page, bos_page, axe):
    open_page(page, live_cast, "olga", URL)
    page.get_by_role("link", name="Log out everyone").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Log out everyone in Acme?")).to_be_visible()
    axe(page)
    dialog.get_by_role("button", name="Log out everyone").click()
    expect(page.get_by_text("You were signed out of Acme. Sign in again.")).to_be_visible()
    bos_page.get_by_role("link", name="Workspace").click()
    expect(bos_page.get_by_text("You were signed out of Acme. Sign in again.")).to_be_visible()


@pytest.mark.spec("S-11")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_countdown_on_a_phone(page, live_cast, open_page, axe, scheme):
    start = datetime.now(UTC) + timedelta(days=14)
    Organization.objects.filter(slug="acme").update(require_two_factor="everyone", two_factor_required_from=start)
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme=scheme)
    open_page(page, live_cast, "olga", "/o/acme/users/")
    banner = page.get_by_role("complementary", name="Two-factor authentication")
    expect(banner).to_contain_text("You have 14 days left.")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.set_viewport_size({"width": 1440, "height": 900})
    axe(page)
