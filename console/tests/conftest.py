"""Fixtures of the console's tests."""

import pytest
from playwright.sync_api import Page

from console.tests.profiles import form_of, page_of


@pytest.fixture
def enter(live_server):
    """enter(page, cast, "olga", path): opens a page signed in; whatever the console complains of fails the test."""
    complaints = []
    # A reply that refuses is logged by the browser as if it were an error.
    expected = ("409 (Conflict)", "422 (Unprocessable", "403 (Forbidden)")

    def hear(said) -> None:
        if said.type in ("error", "warning") and not any(words in said.text for words in expected):
            complaints.append(said.text)

    def go(page: Page, cast, name: str, path: str) -> None:
        cookie = cast.client(name).cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(live_server.url + path)

    yield go
    assert not complaints, complaints


@pytest.fixture
def maxs(cast):
    """Max's browser with Bo's page open: form(), then save(form)."""

    class Browser:
        client, member = cast.client("max"), cast.bo

        def form(self, **changes):
            return form_of(self.client.get(page_of(self.member)), **changes)

        def save(self, form, **options):
            return self.client.post(page_of(self.member), form, **options)

    return Browser()
