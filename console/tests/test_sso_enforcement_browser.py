"""Enforcing single sign-on in a real browser: the dialog, and what a second browser then sees (O-4)."""

import re

import pytest
from playwright.sync_api import expect

from organizations.models import Membership, Organization
from provisioning.tests.providers import add_provider, add_test
from teamadmin.testing.pages import use_session
from teamadmin.testing.sso import with_sso
from teamadmin.testing.two_factor import add_authenticator

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("refusals"), pytest.mark.spec("O-4")]
SETTINGS = "/o/acme/security/single-sign-on/"
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def ready(live_cast):
    """Acme's Okta was tested, and Olga is a break-glass Admin."""
    add_test(add_provider(live_cast.acme, client_secret="x"))  # noqa: S106
    add_authenticator(live_cast.olga.user)
    Membership.objects.filter(pk=live_cast.olga.pk).update(is_break_glass=True)
    return live_cast


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_dialog(page, ready, open_page, axe, scheme):
    page.emulate_media(color_scheme=scheme)
    open_page.go(page, with_sso(ready.client("olga"), ready.acme), SETTINGS)
    page.get_by_role("link", name="What happens when I enforce it?").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Enforce single sign-on for Acme?")).to_be_visible()
    axe(page)
    page.set_viewport_size(PHONE)
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    dialog.get_by_label("I can sign in to Okta as an Admin of Acme").check()
    dialog.get_by_role("button", name="Enforce single sign-on").click()
    expect(page.get_by_text("Single sign-on is enforced.")).to_be_visible()
    assert Organization.objects.get(slug="acme").sso_enforced


def test_as_a_page_and_break_glass_admins(page, ready, open_page, axe):
    open_page.go(page, with_sso(ready.client("olga"), ready.acme), f"{SETTINGS}enforcement/")
    axe(page)
    page.get_by_role("link", name="Change").click()
    expect(page.get_by_role("heading", name="Break-glass Admins")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Remove Olga Ivanova").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("link", name="Cancel")).to_be_focused()
    axe(page)
    dialog.get_by_role("link", name="Cancel").press("Enter")
    expect(page.get_by_role("link", name="Remove Olga Ivanova")).to_be_focused()
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Remove break-glass Admin").dblclick()
    expect(page.locator("[data-undo]")).to_contain_text("Olga Ivanova is no longer a break-glass Admin.")
    page.keyboard.press("Control+z")
    expect(page.get_by_text("Undone. Olga Ivanova is a break-glass Admin again.")).to_be_visible()
    page.get_by_role("link", name="Remove Olga Ivanova").click()
    dialog.get_by_role("button", name="Remove break-glass Admin").click()
    expect(page.get_by_role("button", name="Choose Olga Ivanova")).to_be_visible()
    page.get_by_role("link", name="Back to enforcement").click()
    expect(page.get_by_text("Choose a break-glass Admin with two-factor authentication first.")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Choose", exact=True).click()
    page.get_by_role("button", name="Choose Olga Ivanova").click()
    page.get_by_role("link", name="Back to enforcement").click()
    page.get_by_label("I can sign in to Okta as an Admin of Acme").check()
    page.get_by_role("button", name="Enforce single sign-on").click()
    expect(page.get_by_text("Single sign-on is enforced.")).to_be_visible()


def test_a_second_browser_is_out_at_its_next_click(page, ready, open_page, axe, browser):
    context = browser.new_context()
    use_session(context, open_page.url, ready.client("bo"))
    other = context.new_page()
    other.goto(open_page.url + "/o/acme/projects/")
    open_page.go(page, with_sso(ready.client("olga"), ready.acme), f"{SETTINGS}enforcement/")
    page.get_by_label("I can sign in to Okta as an Admin of Acme").check()
    page.get_by_role("button", name="Enforce single sign-on").click()
    expect(page.get_by_text("Single sign-on is enforced.")).to_be_visible()
    other.get_by_role("link", name="Workspace").click()
    expect(other.get_by_role("heading", name="Use single sign-on")).to_be_visible()
    expect(other.get_by_role("link", name="Continue with Okta")).to_have_attribute("href", re.compile("^/sso/acme/"))
    axe(other)
    context.close()
