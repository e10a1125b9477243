"""Requests for bulk actions, in tests."""

import re
from urllib.parse import urlencode

from console.models import BulkItem
from console.tests.people import USERS
from organizations.models import Membership

HTMX = {"HX-Request": "true"}
BULK = f"{USERS}bulk/"


def url(kind: str, *members: Membership, view: str = "", **fields: str) -> str:
    query = [("view", view), *(("member", str(member.pk)) for member in members), *fields.items()]
    return f"{BULK}{kind}/?{urlencode(query)}"


def press(client, address: str, *, headers=None, **fields):
    """Open the confirmation and submit it with its own fields."""
    page = client.get(address)
    hidden = dict(
        re.findall(r'<input type="hidden" name="(once|asked|seen|others)" value="([^"]*)"', page.content.decode())
    )
    return client.post(address, {**hidden, **fields}, follow=not headers, headers=headers or {})


def states() -> dict[str, int]:
    found = list(BulkItem.objects.values_list("state", flat=True))
    return {state: found.count(state) for state in set(found)}


def bar(page) -> list[str]:
    return re.findall(r'id="bulk-(\w+)"', page.content.decode())
