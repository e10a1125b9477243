"""Pages of a real browser, signed in, with an ear for what they complain of."""

from collections.abc import Iterator

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect

from teamadmin.testing.cast import Cast

# A newer search takes the place of one that is under way, which htmx notes like an error. Of an answer that is lost it
# says more than this.
REPLACED = ("htmx:afterRequest", "htmx:sendAbort")
# The browser notes a reply that refuses as if it had failed.
REFUSED = ("403 (Forbidden)", "409 (Conflict)", "422 (Unprocessable")


def come_in(context: BrowserContext, url: str, client: Client) -> None:
    """Signs the browser in as the client is."""
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}])


def settled(page: Page) -> None:
    """Waits until what htmx brought listens, 20 ms after it can be seen: a key that comes before is the browser's own,
    as if there were no script."""
    expect(page.locator(".htmx-swapping, .htmx-settling, .htmx-added")).to_have_count(0)


class Entrance:
    """enter(page, cast, "olga", path) opens a page signed in. Its console's complaints are in `complaints`, but for
    lines with words of `expected`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.complaints: list[str] = []
        self.expected: tuple[str, ...] = ()

    def __call__(self, page: Page, cast: Cast, name: str, path: str) -> None:
        self.go(page, cast.client(name), path)

    def go(self, page: Page, client: Client, path: str) -> None:
        """The same as whom the client is signed in as."""
        come_in(page.context, self.url, client)
        self.listen(page)
        page.goto(self.url + path)

    def listen(self, page: Page) -> None:
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, said: ConsoleMessage) -> None:
        known = any(words in said.text for words in (*REPLACED, *self.expected))
        if said.type in ("error", "warning") and not known:
            self.complaints.append(said.text)


@pytest.fixture
def enter(live_server) -> Iterator[Entrance]:
    """An Entrance; what a console complains of fails the test."""
    entrance = Entrance(live_server.url)
    yield entrance
    assert not entrance.complaints
