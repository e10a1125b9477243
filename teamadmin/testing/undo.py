"""The Undo button in the toast of a page, for tests."""

import re
from html import unescape

from django.http import HttpResponse
from django.test import Client


def undo_form(response: HttpResponse) -> tuple[str, dict[str, str]]:
    """Return the URL and the fields of the page's newest Undo button. Raise AssertionError if there is none."""
    pattern = r'data-undo>.*?<form method="post" action="([^"]*)".*?name="token" value="([^"]*)"'
    found = re.findall(pattern, response.content.decode(), flags=re.DOTALL)
    assert found, "no Undo"
    url, token = map(unescape, found[-1])
    return url, {"token": token}


def press_undo(client: Client, response: HttpResponse, **options) -> HttpResponse:
    """Press Undo on the page, and return the page that follows."""
    url, fields = undo_form(response)
    return client.post(url, fields, follow=True, **options)
