"""The Access keys pages in a real browser."""

import pytest
from playwright.sync_api import expect

from organizations.models import AccessKey
from organizations.services.access_keys import create_access_key

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("refusals"),
    pytest.mark.spec("A-2", "A-6"),
]
URL, OWN = "/o/acme/access-keys/", "/o/acme/preferences/keys/"
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def with_keys(live_cast):
    for actor, personal in ((live_cast.olga, True), (live_cast.olga, False), (live_cast.bo, True)):
        create_access_key(
            actor=actor, name="Nightly report", scopes=["projects:read"], expires_at=None, personal=personal
        )
    return live_cast


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_violations_on_desktop_and_phone(page, with_keys, open_page, axe, scheme):
    page.emulate_media(color_scheme=scheme)
    for url in (URL, URL + "personal/", OWN, OWN + "new/"):
        page.set_viewport_size({"width": 1440, "height": 900})
        open_page(page, with_keys, "olga", url)
        axe(page)
        page.set_viewport_size(PHONE)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_key_is_created_copied_rotated_and_revoked(page, with_keys, open_page, axe):
    AccessKey.objects.all().delete()
    open_page(page, with_keys, "olga", URL)
    page.get_by_role("link", name="Create key").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Last day")).to_be_hidden()
    expect(dialog.get_by_text("never expires works until")).to_be_hidden()
    dialog.get_by_label("Expires").select_option("On a date…")
    expect(dialog.get_by_label("Last day")).to_be_visible()
    dialog.get_by_label("Expires").select_option("Never")
    expect(dialog.get_by_text("never expires works until")).to_be_visible()
    dialog.get_by_label("Name").fill("Warehouse")
    dialog.get_by_role("button", name="Create key").click()
    expect(dialog.get_by_text("Choose at least one scope.")).to_be_visible()
    axe(page)
    dialog.get_by_role("radio", name="Acme").check()
    dialog.get_by_role("checkbox", name="Write members").check()
    dialog.get_by_role("button", name="Create key").click()
    expect(dialog.get_by_role("heading", name="Copy your key now")).to_be_visible()
    assert page.locator("#secret").inner_text().startswith("tao_")
    axe(page)
    dialog.get_by_role("link", name="I’ve copied it").click()
    page.get_by_role("button", name="More actions for Warehouse").click()
    page.get_by_role("link", name="Rotate").click()
    axe(page)
    dialog.get_by_role("button", name="Rotate key").click()
    dialog.get_by_role("link", name="I’ve copied it").click()
    expect(page.get_by_text("Old secret expires")).to_be_visible()
    page.get_by_role("button", name="More actions for Warehouse").click()
    page.get_by_role("link", name="Revoke", exact=True).click()
    axe(page)
    dialog.get_by_role("button", name="Revoke key").click()
    expect(page.get_by_text("No organization keys yet.")).to_be_visible()
    assert not AccessKey.objects.exists()
