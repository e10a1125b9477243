"""What the tests of the Add User flow share: addresses, forms as a browser posts them, and reading pages."""

import re
from html import unescape

from django.test import Client
from django.urls import reverse

from invitations.models import Batch
from teamadmin.testing.cast import role_named

NADIA = ("Nadia", "Petrov", "nadia@acme.example")


def url(name: str, batch: Batch | None = None, slug: str = "acme", **more) -> str:
    """An address of the flow: url("user_add"), url("user_add_draft", batch)."""
    return reverse(name, args=[slug, *([batch.pk] if batch else []), *more.values()])


def setup_post(*people: tuple[str, str, str], role: str = "builder", **fields) -> dict:
    """Step 1 as a browser posts it; `role` is a built-in role's key, "" for none."""
    rows = people or (NADIA,)
    return {
        "first_name": [row[0] for row in rows],
        "last_name": [row[1] for row in rows],
        "email": [row[2] for row in rows],
        "role": [str(role_named(role).pk)] if role else [""],
        **fields,
    }


def begin(client: Client, *people, **fields) -> Batch:
    """Continue on the empty form; the draft that it began."""
    response = client.post(url("user_add"), setup_post(*people, **fields))
    assert response.status_code == 302, page(response)[:3000]
    return Batch.objects.get(pk=response["Location"].split("/")[-3])


def resend_form(batch: Batch, **changes) -> dict:
    """The form of a draft as it stands, with changes; version and key as the page has them."""
    fields = {
        "first_name": [person["first_name"] for person in batch.people],
        "last_name": [person["last_name"] for person in batch.people],
        "email": [person["email"] for person in batch.people],
        "role": batch.role_ids,
        "groups": batch.group_ids,
        "projects": batch.project_ids,
        "version": batch.version,
        "draft": str(batch.pk),
    }
    return fields | changes


def personal_form(batch: Batch, reason: str = "", welcome_page: str = "homepage", **changes) -> dict:
    """Step 2 as a browser posts it."""
    return {"reason": reason, "welcome_page": welcome_page, "version": batch.version} | changes


def rows_of(batch: Batch) -> list[tuple[str, str, str]]:
    """The people of a batch as (first, last, e-mail)."""
    return [(person["first_name"], person["last_name"], person["email"]) for person in batch.people]


def page(response) -> str:
    """The page's source, entities resolved."""
    return unescape(response.content.decode())


def hidden(response, name: str) -> str:
    """The value of a hidden field."""
    return re.search(rf'name="{name}" value="([^"]*)"', page(response)).group(1)


def words(response) -> str:
    """The page's text, blanks run together."""
    text = re.sub(r"<(script|style|template).*?</\1>", " ", page(response), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())
