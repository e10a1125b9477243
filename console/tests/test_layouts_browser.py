"""Layouts in special conditions: contrast themes, paper, narrow windows and phones (U-5, U-6, U-15, U-18)."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Locator, Page, expect

from console.tests.people import USERS, in_groups, joined
from organizations.models import Group, MembershipRole, Role
from organizations.permissions import ALL_PERMISSIONS
from teamadmin.testing.cast import add_role
from teamadmin.testing.pages import tick_filter
from teamadmin.testing.records import add_pipeline

pytestmark = pytest.mark.django_db(transaction=True)
OLGA_ADDS = "/o/acme/users/add/"
ALL = "role,groups,projects,invited_by,sent,status,two_factor,last_active,managed_by,invite_expires,joined"
# What makes something stand out where backgrounds and shadows are gone.
EDGES = """element => {
  const style = getComputedStyle(element), mark = getComputedStyle(element, '::after');
  return [style.fontWeight, style.borderBlockEndWidth, style.borderBlockEndColor, style.borderInlineStartWidth,
    style.outlineStyle, mark.content === 'none' ? '' : mark.backgroundColor];
}"""
# Texts that end under the fixed last column, or beyond the edge of the list.
CUT = """() => {
  const clipAt = (from, cell) => {
    let edge = Infinity;
    for (let at = from; at !== cell; at = at.parentElement)
      if (getComputedStyle(at).overflowX !== 'visible') edge = Math.min(edge, at.getBoundingClientRect().right);
    return edge;
  };
  const cutTexts = (cell, edge) => {
    const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT), range = document.createRange(), cut = [];
    while (texts.nextNode()) {
      const text = texts.currentNode;
      if (!text.textContent.trim() || text.parentElement.closest('.sr-only')) continue;
      range.selectNodeContents(text);
      const ends = [...range.getClientRects()].map(box => Math.min(box.right, clipAt(text.parentElement, cell)));
      if (ends.some(end => end > edge + 0.5)) cut.push(text.textContent.trim());
    }
    return cut;
  };
  const shown = element => element?.checkVisibility() && getComputedStyle(element).opacity !== '0';
  return [...document.querySelectorAll('.table-scroll')].flatMap(box => [...box.querySelectorAll('tr')].flatMap(row => {
    const last = [row.querySelector('.more')].find(shown), { right } = box.getBoundingClientRect();
    if (getComputedStyle(row.parentElement).clipPath !== 'none') return [];
    const edge = Math.min(right, last?.getBoundingClientRect().left ?? right);
    return [...row.children].filter(cell => cell !== last && shown(cell)).flatMap(cell => cutTexts(cell, edge));
  }));
}"""


def edges(locator: Locator) -> list[str]:
    return locator.evaluate(EDGES)


@pytest.fixture
def crowd(live_cast):
    """Create 40 members, with a long role and groups, pending people and a pipeline."""
    members = joined(live_cast.acme, 40)
    long = add_role(live_cast.acme, "Regional coordination", *ALL_PERMISSIONS)
    MembershipRole.objects.filter(membership__in=members[:5]).update(role=Role.objects.get(pk=long.pk))
    in_groups(
        members[:5], [Group.objects.create(organization=live_cast.acme, name=f"Platform operations {n}") for n in "ab"]
    )
    live_cast.invite(people=[("Nadia", "Petrov", "nadia@acme.example")])
    add_pipeline(live_cast.acme, "Nightly warehouse export", owner=live_cast.olga, project=live_cast.projects["ledger"])
    return live_cast


# --- forced colors --------------------------------------------------------------------------------


@pytest.fixture
def contrast(browser):
    """A page in a browser with a contrast theme."""
    context = browser.new_context(forced_colors="active", viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


@pytest.mark.spec("U-18")
def test_forced_colors_keep_what_is_current_selected_and_focused_visible(contrast, crowd, open_page):
    open_page(contrast, crowd, "olga", USERS)
    nav = contrast.get_by_role("navigation", name="Main")
    assert edges(nav.get_by_role("link", name="Users")) != edges(nav.get_by_role("link", name="Groups"))
    tabs = contrast.get_by_role("navigation", name="User lists").get_by_role("link")
    assert edges(tabs.nth(0)) != edges(tabs.nth(1))
    role, group = (contrast.get_by_role("button", name=re.compile(f"^{name} ")) for name in ("Role", "Group"))
    assert edges(role) == edges(group)
    tick_filter(contrast, "Role", "Builder")
    contrast.get_by_role("searchbox").focus()
    expect(role).to_have_css("outline-style", "solid")
    assert edges(role) != edges(group)
    rows = contrast.locator("tbody tr")
    rows.nth(0).get_by_role("checkbox").check()
    assert edges(rows.nth(0).locator("td").nth(3)) != edges(rows.nth(1).locator("td").nth(3))
    expect(contrast.locator(".bulk")).to_have_css("border-top-width", "2px")
    role.click()
    expect(contrast.locator(".menu:popover-open")).to_have_css("border-top-width", "2px")
    contrast.keyboard.press("Escape")
    contrast.get_by_role("link", name="Add User").focus()
    contrast.keyboard.press("Shift+Tab")
    contrast.keyboard.press("Tab")
    expect(contrast.get_by_role("link", name="Add User")).to_have_css("outline-width", "3px")
    status = contrast.locator("tbody .status").first.evaluate(
        "element => getComputedStyle(element, '::before').forcedColorAdjust"
    )
    assert status == "none"  # the dot keeps its shape


@pytest.mark.spec("W-13", "U-18")
def test_forced_colors_keep_the_step_and_toggles_visible(contrast, crowd, open_page):
    open_page(contrast, crowd, "olga", OLGA_ADDS)
    steps = contrast.locator(".stepper li")
    assert edges(steps.nth(0)) != edges(steps.nth(1))
    adder = contrast.locator(".adder").first
    adder.locator("input").check()
    assert edges(adder.locator(".on")) != edges(adder.locator(".off"))
    contrast.goto(contrast.url.split("/users/")[0] + "/security/")
    for box in contrast.locator("main input[type=checkbox]").all():
        assert box.evaluate("element => getComputedStyle(element).appearance") == "auto"


# --- print ----------------------------------------------------------------------------------------


@pytest.mark.spec("U-4", "U-18")
def test_print_shows_the_list_alone_with_all_columns(page, crowd, open_page, tmp_path):
    open_page(page, crowd, "olga", f"{USERS}?columns={ALL}")
    page.emulate_media(media="print", color_scheme="dark")
    page.set_viewport_size({"width": 1040, "height": 700})
    for gone in ("aside.sidebar", ".table-tools", ".toasts", "main button", "main .btn", ".pick", ".more", ".loading"):
        expect(page.locator(gone).locator("visible=true")).to_have_count(0)
    assert page.locator("thead th:visible").count() == 12
    table = page.locator(".table-scroll")
    assert table.evaluate("box => [getComputedStyle(box).overflowX, box.scrollWidth <= box.clientWidth + 1]") == [
        "visible",
        True,
    ]
    assert page.evaluate("document.documentElement.scrollWidth") <= 1040
    assert page.evaluate(CUT) == []
    expect(page.locator("thead")).to_have_css("display", "table-header-group")  # which browsers repeat on each page
    expect(page.locator("tbody tr").first).to_have_css("break-inside", "avoid")
    expect(page.locator("td.sticky").first).to_have_css("position", "static")
    expect(page.locator("tbody a.name").first).to_have_css("text-decoration-line", "none")
    expect(page.locator("html")).to_have_css("color-scheme", "light")
    assert 'counter(page) " / " counter(pages)' in (settings.BASE_DIR / "static" / "media.css").read_text()
    page.set_viewport_size({"width": 500, "height": 700})  # small paper: still a table with headings
    expect(page.locator("tbody tr").first).to_have_css("display", "table-row")
    expect(page.locator("thead")).to_have_css("position", "static")
    pdf = Path(tmp_path / "users.pdf")
    page.pdf(path=pdf, prefer_css_page_size=True)
    pages = re.findall(rb"/Type\s*/Page\b", pdf.read_bytes())
    box = re.search(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", pdf.read_bytes())
    assert len(pages) > 1 and box and float(box[1]) > float(box[2])  # landscape, for many columns


@pytest.mark.spec("U-19", "A-4")
@pytest.mark.parametrize("path", ["audit-log/", "users/{bo}/"])
def test_print_has_no_controls_on_other_pages(page, crowd, open_page, path):
    open_page(page, crowd, "olga", f"/o/acme/{path.format(bo=crowd.bo.pk)}")
    page.emulate_media(media="print")
    for gone in ("aside.sidebar", ".topbar", "button", ".btn", ".search", ".tabs a:not([aria-current])"):
        expect(page.locator(gone).locator("visible=true")).to_have_count(0)
    scrolling = (
        "all => all.filter(e => e.checkVisibility() && /auto|scroll/.test(getComputedStyle(e).overflowY)).length"
    )
    assert page.locator("main *").evaluate_all(scrolling) == 0


@pytest.mark.spec("U-19")
def test_an_open_drawer_is_printed_alone(page, crowd, open_page):
    open_page(page, crowd, "olga", USERS)
    page.locator("tbody a.name").first.click()
    expect(page.locator("dialog.drawer")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".app")).to_be_hidden()
    expect(page.locator("dialog.drawer")).to_have_css("overflow-y", "visible")


# --- narrow windows and phones --------------------------------------------------------------------


@pytest.mark.spec("U-4", "U-18")
def test_between_768_and_1100_pixels_no_text_is_cut_under_the_fixed_column(page, crowd, open_page):
    lists = ("users/", "users/pending/", f"users/?status=everyone&columns={ALL}", "groups/", "projects/", "audit-log/")
    for path in (*lists, "integrations/pipelines/", "datasets/", "access-keys/", "sub-accounts/", "roles/"):
        open_page(page, crowd, "olga", f"/o/acme/{path}")
        for width in (768, 959, 960, 1024, 1100):
            page.set_viewport_size({"width": width, "height": 900})
            page.evaluate("new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)))")
            assert page.evaluate(CUT) == [], f"{path} at {width}"
            assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.spec("U-4", "U-18")
def test_wide_windows_cut_no_text_under_the_fixed_column(page, crowd, open_page):
    open_page(page, crowd, "olga", f"{USERS}?status=everyone&columns={ALL}")
    for width in (1280, 1440, 1600):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)))")
        assert page.evaluate(CUT) == [], width


@pytest.mark.spec("U-4", "U-18")
def test_without_view_timelines_text_fades_out_at_the_fixed_column(page, crowd, open_page):
    """As in Firefox. At the end of the list, nothing is under the fade."""
    css = (settings.BASE_DIR / "static" / "app.css").read_text()
    assert css.count("@supports not (animation-timeline:view(inline))") == 1
    css = css.replace("animation-timeline:view(inline))", "animation-timeline:missing())")
    page.route("**/app.css", lambda route: route.fulfill(body=css, content_type="text/css"))
    open_page(page, crowd, "olga", f"{USERS}?status=everyone&columns={ALL}")
    for width in (768, 1100, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        fades = page.locator("tr > .more").evaluate_all(
            "cells => cells.map(cell => getComputedStyle(cell, '::before')).map(s => [s.backgroundImage, s.width])"
        )
        assert len(fades) > 40 and all("gradient" in image and size == "32px" for image, size in fades), width
        page.locator(".table-scroll").evaluate("box => { box.scrollLeft = box.scrollWidth }")
        joined_at, more = page.locator("tbody tr [data-label=Joined]").first, page.locator("tbody .more").first
        end = joined_at.evaluate(
            "cell => { const r = new Range(); r.selectNodeContents(cell); return r.getBoundingClientRect().right }"
        )
        assert end <= more.bounding_box()["x"] - 32, width


@pytest.mark.spec("U-5", "U-15")
def test_column_settings_and_select_all_work_on_a_phone(browser, crowd, open_page):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    phone = context.new_page()
    open_page(phone, crowd, "olga", USERS)
    cells = phone.locator("td[data-label='2FA']")
    expect(cells.first).to_be_visible()
    phone.get_by_role("button", name="Column settings").tap()
    menu = phone.locator(".menu:popover-open")
    expect(menu).to_be_in_viewport(ratio=0.9)
    menu.get_by_label("2FA").tap()
    expect(phone).to_have_url(re.compile("columns="))
    expect(cells).to_have_count(0)
    phone.keyboard.press("Escape")
    phone.get_by_role("checkbox", name="Select this page").tap()
    expect(phone.locator(".bulk")).to_contain_text("selected")
    assert phone.locator("tbody .check:not(:checked)").count() == 0
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


# --- the toolbar ----------------------------------------------------------------------------------


def places(page: Page) -> list:
    """Where each control of the toolbar is, from the top of the page."""
    return page.evaluate(
        """() => [...document.querySelectorAll('.table-tools :is(.filter, #users-columns, .input)')].map(element => {
          const box = element.getBoundingClientRect();
          return [Math.round(box.left), Math.round(box.top + scrollY), Math.round(box.width)];
        })"""
    )


@pytest.mark.spec("U-6")
@pytest.mark.parametrize("width", [1440, 1024])
def test_menus_open_under_their_filter_and_the_toolbar_does_not_move(page, crowd, open_page, width):
    page.set_viewport_size({"width": width, "height": 900})
    open_page(page, crowd, "olga", USERS)
    before, top = places(page), page.locator(".table-scroll").bounding_box()["y"]
    for name in ("Role", "Group", "Project"):
        button = page.get_by_role("button", name=re.compile(f"^{name} "))
        button.click()
        menu = page.locator(".menu:popover-open")
        expect(menu).to_have_css("opacity", "1")
        pill, box = button.bounding_box(), menu.bounding_box()
        assert abs(box["x"] - pill["x"]) <= 1 and 0 <= box["y"] - pill["y"] - pill["height"] <= 8, name
        page.keyboard.press("Escape")
    tick_filter(page, "Role", "Regional coordination")
    expect(page.get_by_role("link", name="Clear")).to_be_visible()
    assert places(page) == before
    assert page.locator(".table-scroll").bounding_box()["y"] == top
