"""Helpers for tests of the Add User flow: URLs, forms as a browser posts them, and readers for pages."""

import re
from html import unescape

from django.test import Client
from django.urls import reverse

from invitations.models import Batch
from teamadmin.testing.cast import role_named

NADIA = ("Nadia", "Petrov", "nadia@acme.example")


def url(name: str, batch: Batch | None = None, slug: str = "acme", **more) -> str:
    """Return a URL of the flow: url("user_add"), url("user_add_draft", batch)."""
    return reverse(name, args=[slug, *([batch.pk] if batch else []), *more.values()])


def pending_after(batch: Batch) -> str:
    """Return the URL that Done leads to: Pending with the people of this batch first."""
    return f"{reverse('users_pending', args=['acme'])}?sort=-sent&invited={batch.pk}"


def setup_form(*people: tuple[str, str, str], role: str = "builder", **fields) -> dict:
    """Return step 1 as a browser posts it. `role` is the key of a built-in role, or "" for none."""
    rows = people or (NADIA,)
    return {
        "first_name": [row[0] for row in rows],
        "last_name": [row[1] for row in rows],
        "email": [row[2] for row in rows],
        "role": [str(role_named(role).pk)] if role else [""],
        **fields,
    }


def start_draft(client: Client, *people, **fields) -> Batch:
    """Submit the empty form and return the draft that it created."""
    response = client.post(url("user_add"), setup_form(*people, **fields))
    assert response.status_code == 302, page_html(response)[:3000]
    return Batch.objects.get(pk=response["Location"].split("/")[-3])


def draft_form(batch: Batch, **changes) -> dict:
    """Return the form of a saved draft with changes; its version and id as the page has them."""
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


def personalize_form(batch: Batch, reason: str = "", welcome_page: str = "homepage", **changes) -> dict:
    """Return step 2 as a browser posts it."""
    return {"reason": reason, "welcome_page": welcome_page, "version": batch.version} | changes


def people_in(batch: Batch) -> list[tuple[str, str, str]]:
    """Return the people of a batch as (first name, last name, email)."""
    return [(person["first_name"], person["last_name"], person["email"]) for person in batch.people]


def page_html(response) -> str:
    """Return the page's source with character references resolved."""
    return unescape(response.content.decode())


def hidden_value(response, name: str) -> str:
    """Return the value of a hidden field."""
    return re.search(rf'name="{name}" value="([^"]*)"', page_html(response)).group(1)
