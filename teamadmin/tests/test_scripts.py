"""The scripts in static/js, in a real browser, on a page of our own templates. Playwright plays the server."""

import mimetypes
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import Context, Template
from django.test import RequestFactory

ADDRESS = "http://front.test/"
PAGE = (Path(__file__).parent / "scripts.html").read_text()
DIALOG = """<dialog class="dialog" aria-labelledby="t"><h2 id="t">Delete?</h2>
<a class="btn" href="/" data-close autofocus>Cancel</a>
<button class="btn" hx-post="/broken" hx-target="#dialog">Confirm</button></dialog>"""
ENTRIES = [
    {"label": "Edit profile", "url": "/edit", "icon": "pencil"},
    {"label": "Resend invite", "url": "/resend", "icon": "send", "post": True},
    {"label": "Delete", "url": "/delete", "icon": "trash", "danger": True, "divider": True},
]


class Fields(forms.Form):
    reason = forms.CharField(widget=forms.Textarea)
    password = forms.CharField(widget=forms.PasswordInput(attrs={"data-min": 15, "data-unlike": "olga|ivanova|acme"}))


def respond(route) -> None:
    """Respond as the server: the page, a dialog, a server error, and the files in static/."""
    path = route.request.url.removeprefix(ADDRESS).split("?")[0]
    if path == "dialog":
        route.fulfill(body=DIALOG, content_type="text/html")
    elif path == "broken":
        route.fulfill(status=500, headers={"X-Request-ID": "abc123"}, body="")
    elif path.startswith("static/"):
        file = Path(finders.find(path.removeprefix("static/")))
        route.fulfill(path=file, content_type=mimetypes.guess_type(file)[0])
    else:
        user = {"name": "Olga Ivanova", "email": "olga@acme.example"}
        request = RequestFactory().get("/")
        context = Context(
            {"request": request, "form": Fields(), "entries": ENTRIES, "user": user, "platform_name": "TeamAdmin"}
        )
        policy = "; ".join(f"{k} {' '.join(v)}" for k, v in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].items())
        headers = {"Content-Security-Policy": policy, "Content-Type": "text/html"}
        route.fulfill(body=Template(PAGE).render(context), headers=headers)


@pytest.fixture
def front(page):
    """The open page. Script errors and policy violations fail the test."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console", lambda message: errors.append(message.text) if "Content Security Policy" in message.text else None
    )
    page.route("**/*", respond)
    page.goto(ADDRESS)
    yield page
    assert errors == []


@pytest.mark.spec("W-7")
def test_counter_counts_code_points(front):
    """An emoji and a line break count as one, as on the server."""
    front.fill("#id_reason", "a\n😀é")
    assert front.inner_text("#id_reason_count") == "4 of 10 characters"
    front.fill("#id_reason", "x" * 12)
    assert front.inner_text("#id_reason_count") == "12 of 10 characters: 2 too many"


@pytest.mark.spec("J-1")
def test_password_rules_are_ticked_while_typing(front):
    met = front.locator("[data-rule=length]")
    front.fill("#id_password", "fourteen chars")
    assert met.get_attribute("data-met") is None
    front.fill("#id_password", "fifteen chars!!")
    assert met.get_attribute("data-met") is not None
    front.fill("#id_password", "e\u0301" * 8)  # 16 code points as typed on a Mac, 8 characters
    assert met.get_attribute("data-met") is None
    unlike = front.locator("[data-rule=unlike]")
    for text, ok in {"Ólga Ivanova, ACME 2026!": False, "olgas herd": True, "1234567890": True}.items():
        front.fill("#id_password", text)
        assert (unlike.get_attribute("data-met") is not None) == ok
    front.click("[aria-label='Show password']")
    assert front.get_attribute("#id_password", "type") == "text"


def test_menu_keys(front):
    front.focus("[popovertarget=more]")
    front.keyboard.press("ArrowDown")
    focused = lambda: front.evaluate("document.activeElement.textContent.trim()")  # noqa: E731
    assert focused() == "Edit profile"
    front.keyboard.press("End")
    assert focused() == "Delete"
    front.keyboard.press("r")
    assert focused() == "Resend invite"
    front.keyboard.press("Escape")
    front.wait_for_selector("#more", state="hidden")
    assert front.evaluate("document.activeElement.getAttribute('popovertarget')") == "more"


@pytest.mark.spec("W-3")
def test_rows_can_be_added_and_removed(front):
    remove = front.get_by_role("button", name="Remove")
    assert remove.count() == 0
    for _ in range(5):
        add = front.get_by_role("button", name="Add another")
        if add.is_enabled():
            add.click()
    assert front.locator("[data-repeat-row]").count() == 4
    front.fill("[name=p-2-first]", "third")
    remove.nth(1).click()
    assert front.input_value("[name=p-1-first]") == "third"
    assert front.get_attribute("[name=p-1-first]", "id") == "id_p-1-first"
    assert front.input_value("[name=p-TOTAL_FORMS]") == "3"


def test_ticked_boxes_are_counted(front):
    front.get_by_label("Sales").check()
    assert front.inner_text("[data-tally]") == "2"


def test_dialog_returns_the_focus(front):
    front.click("#opener")
    front.wait_for_selector("dialog:modal")
    assert front.evaluate("document.activeElement.textContent") == "Cancel"
    front.keyboard.press("Escape")
    front.wait_for_selector("dialog", state="detached")
    assert front.evaluate("document.activeElement.id") == "opener"


def test_failed_request_shows_a_toast(front):
    front.get_by_role("button", name="Break").click()
    toast = front.get_by_role("alert")
    assert "Reference abc123" in toast.inner_text()
    toast.get_by_role("button", name="Dismiss").click()
    assert toast.count() == 0


def test_failure_shows_inside_an_open_dialog(front):
    front.click("#opener")
    front.get_by_role("button", name="Confirm").click()
    toast = front.locator("dialog [role=alert]")
    toast.get_by_role("button", name="Dismiss").click()
    assert toast.count() == 0 and front.is_visible("dialog")


def test_theme_applies_at_once(front):
    front.click(".sidebar-foot .switcher")
    front.get_by_label("Dark").check()
    assert front.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_page_is_accessible(front, axe, scheme: str, width: int):
    front.set_viewport_size({"width": width, "height": 900})
    front.emulate_media(color_scheme=scheme)
    front.reload()
    axe(front)
    front.locator("[popovertarget=account-menu]:visible").first.click()
    axe(front)
    assert front.evaluate("document.documentElement.scrollWidth") <= width
