"""The Provisioning page and its test console in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from console.tests.provisioning_data import URL, add_managed, add_scim_group, ask_for, connect, log
from organizations.models import Group, GroupRole, Membership
from provisioning.models import ScimConnection, ScimToken

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("refusals"), pytest.mark.spec("C-6")]
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def connected(live_cast):
    """Okta manages someone who hasn't signed in yet and a group, asks for two people, and has sent requests."""
    connect(live_cast.acme)
    live_cast.new = add_managed(live_cast.acme)
    live_cast.group = add_scim_group(live_cast.acme, "Crew", (live_cast.new,))
    ask_for(live_cast.bo)
    ask_for(live_cast.opal, reason="name")
    log(live_cast.acme, about="Ada Lovelace", note="Created.", response={"body": {"id": "1"}})
    log(live_cast.acme, about="Zoë Quill", status=404, minutes=5)
    return live_cast


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_violations_on_desktop_and_phone(page, connected, open_page, axe, scheme):
    page.emulate_media(color_scheme=scheme)
    open_page(page, connected, "olga", URL)
    page.locator("#log .toggle").first.click()
    expect(page.locator("#opened")).to_be_visible()
    axe(page)
    page.set_viewport_size(PHONE)
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_tokens_are_created_copied_and_revoked(page, connected, open_page, axe):
    open_page(page, connected, "olga", URL)
    page.get_by_role("link", name="Create token").click()
    page.get_by_role("textbox", name="Name").fill("x" * 101)
    page.get_by_role("button", name="Create token").click()
    expect(page.get_by_text("Use at most 100 characters.")).to_be_visible()
    page.get_by_role("textbox", name="Name").fill("Okta production")
    axe(page)
    page.get_by_role("button", name="Create token").click()
    expect(page.get_by_role("heading", name="Copy your token now")).to_be_visible()
    assert page.locator("#token").inner_text().startswith("tas_")
    axe(page)
    page.get_by_role("link", name="I’ve copied it").click()
    page.get_by_role("link", name="Revoke Okta production").click()
    page.get_by_role("button", name="Revoke token").click()
    expect(page.get_by_text("No tokens yet.")).to_be_visible()
    assert not ScimToken.objects.exists()


def test_requests_are_selected_and_approved_and_roles_saved(page, connected, open_page):
    open_page(page, connected, "olga", URL)
    page.get_by_label("Select all requests on this page").check()
    expect(page.get_by_label("Select Bo Lindqvist")).to_be_checked()
    page.get_by_role("button", name="Approve selected").click()
    expect(page.get_by_text("Okta now manages 2 members.")).to_be_visible()
    assert Membership.objects.get(pk=connected.bo.pk).managed_by == "scim"
    page.get_by_label("Role for Crew").select_option("Builder")
    page.get_by_role("button", name="Save roles").click()
    expect(page.get_by_text("Role saved for 1 group.")).to_be_visible()
    assert GroupRole.objects.filter(group=connected.group).count() == 1


def test_the_log_is_filtered_in_place_and_one_entry_opens(page, connected, open_page):
    open_page(page, connected, "olga", URL)
    section = page.locator("#log")
    section.get_by_label("Result").select_option("Failed")
    expect(section.get_by_text("Ada Lovelace")).to_be_hidden()
    expect(section.get_by_text("Zoë Quill")).to_be_visible()
    section.get_by_label("Result").select_option("Any")
    section.get_by_label("Search name, email or reference").fill("love")
    expect(section.get_by_text("Zoë Quill")).to_be_hidden()
    toggle = section.locator(".toggle")
    toggle.click()
    expect(section.get_by_text("Created.")).to_be_visible()
    expect(section.locator(".toggle")).to_have_attribute("aria-expanded", "true")
    section.locator(".toggle").click()
    expect(section.get_by_text("Created.")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_console_plays_a_sequence_and_opens_what_failed(page, connected, open_page, axe, scheme):
    page.emulate_media(color_scheme=scheme)
    Group.objects.create(organization=connected.acme, name="Okta test")
    open_page(page, connected, "olga", f"{URL}test/")
    page.get_by_role("button", name="Run the test").click()
    expect(page.get_by_text("A group with this name already exists", exact=True)).to_be_visible(timeout=60_000)
    expect(page.get_by_role("heading", name=re.compile("7 of 10 steps passed"))).to_be_visible()
    axe(page)
    page.set_viewport_size(PHONE)
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_deleting_the_connection_asks_for_the_members(page, connected, open_page, axe):
    open_page(page, connected, "olga", URL)
    page.get_by_role("link", name="Delete connection").click()
    page.get_by_role("button", name="Delete connection").click()
    expect(page.get_by_text("Choose what happens to the members.")).to_be_visible()
    axe(page)
    page.get_by_text("Keep them as manually managed", exact=True).click()
    page.get_by_role("button", name="Delete connection").click()
    expect(page.get_by_text("Connect your identity provider")).to_be_visible()
    assert not ScimConnection.objects.exists()
    axe(page)


@pytest.mark.spec("U-16")
def test_the_drawer_of_someone_who_has_not_signed_in(page, connected, open_page, axe):
    open_page(page, connected, "olga", f"/o/acme/users/{connected.new.pk}/")
    expect(page.get_by_text("Name, email and membership come from your identity provider.")).to_be_visible()
    expect(page.get_by_text("Hasn’t signed in yet", exact=True)).to_be_visible()
    axe(page)
