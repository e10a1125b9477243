"""The Users page on touch screens and with very long names (U-4, U-18)."""

import pytest
from playwright.sync_api import expect

from console.tests.people import USERS, in_groups
from organizations.models import Group
from organizations.permissions import Permission
from teamadmin.testing.cast import add_member, add_role, add_user

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "Regional coordination and planning of everything that is to be coordinated and planned by a region"


@pytest.fixture
def phone(browser):
    """Open a page on a phone with a touch screen."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    yield context.new_page()
    context.close()


@pytest.mark.spec("U-4")
@pytest.mark.parametrize("width", [1440, 1380, 390])
def test_long_names_do_not_push_the_menu_off_screen(page, live_cast, open_page, width):
    role = add_role(live_cast.acme, LONG, Permission.PEOPLE_VIEW)
    member = add_member(live_cast.acme, add_user("long@acme.example", "Bartholomew", LONG), role)
    in_groups([member], [Group.objects.create(organization=live_cast.acme, name=f"{LONG} {n}") for n in range(3)])
    page.set_viewport_size({"width": width, "height": 900})
    open_page(page, live_cast, "olga", USERS)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    row = page.locator(f"#user-{member.pk}")
    expect(row.get_by_role("button", name="More actions")).to_be_in_viewport(ratio=1)
    expect(row.get_by_text("+2")).to_be_visible()
    expect(row.get_by_title(LONG, exact=True)).to_be_visible()  # the role, in full


@pytest.mark.spec("U-18")
def test_touch_targets_are_large_enough(phone, live_cast, open_page):
    open_page(phone, live_cast, "olga", USERS)
    row = phone.locator(f"#user-{live_cast.bo.pk}")
    box = row.get_by_role("checkbox").bounding_box()
    phone.touchscreen.tap(box["x"] - 8, box["y"] + 26)  # next to the check box
    expect(row.get_by_role("checkbox")).to_be_checked()
    phone.get_by_role("button", name="Change role").tap()
    expect(phone.get_by_role("dialog")).to_be_visible()
    labels = phone.get_by_role("dialog").locator(".check-row")
    assert min(label.bounding_box()["height"] for label in labels.all()) >= 40
    phone.get_by_role("link", name="Cancel").tap()
    row.get_by_text("bo@acme.example").tap(force=True)  # the link of the name covers it
    drawer = phone.locator("dialog.drawer")
    expect(drawer).to_be_visible()
    targets = drawer.locator("button:visible, a.btn:visible, summary:visible, label:has(input):visible")
    assert [target.inner_text() for target in targets.all() if target.bounding_box()["height"] < 39] == []
