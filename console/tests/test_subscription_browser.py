"""Subscription and sub-accounts in a real browser: dialog, menu, keyboard, phone and both themes."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from organizations.models import Organization, SeatUse
from teamadmin.testing.cast import add_member

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("refusals"), pytest.mark.spec("A-2")]
PHONE = {"width": 390, "height": 844}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_seats_and_their_chart(page, live_cast, open_page, axe, scheme):
    Organization.objects.filter(slug="acme").update(seat_limit=5, plan="Team")
    today = timezone.now().date()
    SeatUse.objects.bulk_create(
        SeatUse(organization=live_cast.acme, day=today - timedelta(days=days), used=days % 5, limit=5)
        for days in range(1, 200)
    )
    page.emulate_media(color_scheme=scheme)
    open_page(page, live_cast, "olga", "/o/acme/subscription/")
    expect(page.get_by_role("img", name=re.compile("4 of 5 seats used"))).to_be_visible()
    page.get_by_text("Show as table").click()
    expect(page.get_by_role("row", name=re.compile(r"^[A-Z][a-z]+ 20\d\d 4$")).first).to_be_visible()
    axe(page)
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe(page)


def test_a_sub_account_is_added_renamed_and_opened(page, live_cast, open_page, axe):
    child = Organization.objects.create(
        name="Acme Field", slug="acme-field", parent=live_cast.acme, created_by="Kim Away"
    )
    add_member(child, live_cast.stranger, "admin")
    open_page(page, live_cast, "olga", "/o/acme/sub-accounts/")
    page.get_by_role("link", name="Add sub-account").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Name", exact=True)).to_be_focused()
    dialog.get_by_label("Name in URLs").fill("acme-field")
    dialog.get_by_label("Name", exact=True).fill("Acme Nordics")
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("This name is taken.")).to_be_visible()
    expect(dialog.get_by_label("Name", exact=True)).to_have_value("Acme Nordics")
    axe(page)
    dialog.get_by_label("Name in URLs").fill("")
    dialog.get_by_role("button", name="Create sub-account").click()
    expect(page.get_by_text("Acme Nordics was created, and you’re its Admin.")).to_be_visible()
    page.get_by_role("button", name="More actions for Acme Field").click()
    axe(page)
    page.get_by_role("link", name="Rename").locator("visible=true").click()
    dialog.get_by_label("Name").fill("Acme Fieldwork")
    dialog.get_by_role("button", name="Rename").click()
    expect(page.get_by_text("Acme Field was renamed to Acme Fieldwork.")).to_be_visible()
    page.locator(".sidebar-head .switcher").click()
    menu = page.get_by_role("navigation", name="Organizations")
    expect(menu.locator("ul ul").get_by_role("link")).to_have_text(["AAcme Nordics"])
    axe(page)
    page.set_viewport_size(PHONE)
    page.reload()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe(page)
