"""Pages in a real browser, signed in, whose console errors fail the test."""

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, expect

from teamadmin.testing.cast import Cast

# htmx logs these like errors when a newer search aborts the one in progress. For a lost response it logs more.
ABORTED = ("htmx:afterRequest", "htmx:sendAbort")
# The browser logs responses with these statuses as failures.
REFUSED = ("403 (Forbidden)", "409 (Conflict)", "422 (Unprocessable")


def use_session(context: BrowserContext, url: str, client: Client) -> None:
    """Sign the browser in with the client's session."""
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])


def wait_for_htmx(page: Page) -> None:
    """Wait until htmx has initialized new content, 20 ms after it becomes visible.

    Before that the browser handles keys and clicks, as without JavaScript.
    """
    expect(page.locator(".htmx-swapping, .htmx-settling, .htmx-added")).to_have_count(0)


def tick_filter(page: Page | Locator, name: str, *options: str) -> None:
    """Tick or untick these options of a filter of a list, and close its menu."""
    control = page.get_by_role("button", name=re.compile(f"^{name} "))
    control.click()
    for option in options:
        page.get_by_role("checkbox", name=option, exact=True).click()
    control.press("Escape")


class PageOpener:
    """Open pages signed in: open_page(page, cast, "olga", path).

    `complaints` collects console errors and warnings, except those that contain one of `expected`.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.complaints: list[str] = []
        self.expected: tuple[str, ...] = ()

    def __call__(self, page: Page, cast: Cast, name: str, path: str) -> None:
        self.go(page, cast.client(name), path)

    def go(self, page: Page, client: Client, path: str) -> None:
        """Open a page with the client's session."""
        use_session(page.context, self.url, client)
        self.listen(page)
        page.goto(self.url + path)

    def listen(self, page: Page) -> None:
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _on_console(self, message: ConsoleMessage) -> None:
        is_expected = any(text in message.text for text in (*ABORTED, *self.expected))
        if message.type in ("error", "warning") and not is_expected:
            self.complaints.append(message.text)


@pytest.fixture
def open_page(live_server) -> Iterator[PageOpener]:
    """A PageOpener. Console errors and warnings fail the test."""
    opener = PageOpener(live_server.url)
    yield opener
    assert not opener.complaints
