"""The delivery of invitations in a real browser: list, drawer, link and address, at two widths and without scripts."""

import re

import pytest
from playwright.sync_api import Page, expect

from console.tests.delivery import ask_for_link, deliver
from console.tests.people import PENDING
from console.tests.profiles import profile_url
from organizations.models import Delivery, Membership
from teamadmin.testing.pages import use_session

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("refusals")]
PEOPLE = [("Ann", "Lee", "ann@acme.example"), ("Ben", "Ray", "ben@acme.example"), ("Cleo", "Fox", "cleo@acme.example")]


@pytest.fixture
def ann(live_cast) -> Membership:
    ann, ben, cleo = live_cast.invite(people=PEOPLE)
    deliver(ben, Delivery.FAILED, reason="Server rejected the email")
    deliver(cleo, Delivery.DELIVERED)
    ask_for_link(cleo)
    answer = "550 5.1.1 No mailbox here by that name"
    return deliver(ann, Delivery.BOUNCED, reason="Mailbox doesn’t exist", answer=answer)


def open_drawer(page: Page, name: str):
    page.get_by_role("link", name=name).click()
    drawer = page.locator("dialog.drawer")
    expect(drawer.get_by_role("heading", name=name)).to_be_focused()
    return drawer


@pytest.mark.spec("I-8", "I-10", "I-11")
def test_link_is_copied_and_address_corrected_in_the_drawer(page, live_cast, ann, open_page, axe):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_page(page, live_cast, "max", PENDING)
    expect(page.get_by_text("2 invitations weren’t delivered")).to_be_visible()
    axe(page)
    drawer = open_drawer(page, "Ann Lee")
    expect(drawer.get_by_text("Anyone with this link can join Acme as Ann Lee.")).to_be_visible()
    drawer.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("status").filter(has_text="Link copied")).to_have_count(1)
    link = drawer.get_by_role("textbox", name="Invitation link").input_value()
    assert page.evaluate("navigator.clipboard.readText()") == link and "/invitations/" in link
    expect(drawer.get_by_role("heading", name="Invitation link")).to_be_focused()
    axe(page)
    email = drawer.get_by_label("Correct the email address")
    email.fill("bo@acme.example")
    email.press("Enter")
    expect(drawer.get_by_text("Bo Lindqvist is already a member.")).to_be_visible()
    expect(email).to_be_focused()
    email.fill("ann.lee@acme.example")
    email.press("Enter")
    expect(drawer).to_have_count(0)
    expect(page.locator(f"#user-{ann.pk}")).to_contain_text("ann.lee@acme.example")
    expect(page.get_by_text("1 invitation wasn’t delivered")).to_be_visible()
    expect(page.locator(f"#user-{ann.pk}")).to_contain_text("Queued")


@pytest.mark.spec("I-8", "I-10")
def test_on_a_phone_in_the_dark(page, live_cast, ann, open_page, axe):
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    open_page(page, live_cast, "olga", PENDING)
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("link", name="View delivery problems").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.get_by_text("weren’t delivered")).to_have_count(0)
    page.get_by_role("button", name="More actions for Ben Ray").click()
    page.get_by_role("menuitem", name="Copy invitation link").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Anyone with this link can join Acme as Ben Ray.")).to_be_visible()
    dialog.get_by_role("button", name="Copy link").click()
    # The clipboard may be closed to pages: the link is there to be copied by hand.
    expect(dialog.get_by_role("textbox", name="Invitation link")).to_have_value(re.compile("/invitations/"))
    axe(page)
    page.keyboard.press("Escape")
    drawer = open_drawer(page, "Ann Lee")
    assert drawer.evaluate("sheet => sheet.scrollWidth") <= 390
    axe(page)


@pytest.mark.spec("I-10", "I-11", "W-13")
def test_without_scripts(browser, live_cast, ann, live_server):
    context = browser.new_context(java_script_enabled=False)
    use_session(context, live_server.url, live_cast.client("olga"))
    page = context.new_page()
    page.goto(live_server.url + profile_url(ann, view="pending/"))
    page.get_by_role("button", name="Copy link").click()
    field = page.get_by_role("textbox", name="Invitation link")
    expect(field).to_have_value(re.compile("/invitations/"))
    expect(field).not_to_be_editable()
    expect(page.get_by_text("Anyone with this link can join Acme as Ann Lee.")).to_be_visible()
    page.get_by_role("link", name="I’ve copied it").click()
    page.get_by_role("link", name="Ann Lee").click()
    page.get_by_label("Correct the email address").fill("ann@")
    page.get_by_role("button", name="Save and send").click()
    expect(page.get_by_label("Correct the email address")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Correct the email address").fill("ann.lee@acme.example")
    page.get_by_role("button", name="Save and send").click()
    expect(page.get_by_text("Invitation sent to ann.lee@acme.example.")).to_be_visible()
    context.close()
