"""The forms of pages, as a browser without JavaScript sends them."""

import re
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from django.test import Client


@dataclass(frozen=True)
class PageForm:
    """A form of a page: where it posts, and its hidden fields."""

    action: str
    fields: dict[str, str]

    def press(self, client: Client, **typed: str) -> HttpResponse:
        """Send the form with what was typed. Can be called from several threads, each with its own client."""
        return client.post(self.action, {**self.fields, **typed})


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "input" and values.get("type") == "hidden" and values.get("name"):
            self.fields[str(values["name"])] = values.get("value") or ""


def form_on(client: Client, page: str, action: str = "") -> PageForm:
    """Return the page's form whose action contains `action`. Raise AssertionError if there is none."""
    return form_in(client.get(page).content.decode(), action, page)


def form_in(text: str, action: str, page: str = "") -> PageForm:
    """Return the form in a page's text whose action contains `action`."""
    for found in re.finditer(r'<form\b[^>]*?\bmethod="post"[^>]*>', text):
        target = re.search(r'action="([^"]*)"', found[0])
        url = unescape(target[1]) if target else page
        if action in url:
            parser = _Fields()
            parser.feed(text[found.end() : text.index("</form>", found.end())])
            return PageForm(url or page, parser.fields)
    raise AssertionError(f"{page} has no form that posts to {action}")


def same_browser(client: Client) -> Client:
    """Return another client with the same cookies, for another thread."""
    other = Client()
    other.cookies.update(client.cookies)
    return other


def results(responses: list[Any]) -> set[tuple[int, str, str]]:
    """Return the different responses: status, where they lead, and their pages."""
    return {(each.status_code, each.get("Location", ""), each.content.decode()) for each in responses}
