"""Forms of the Add User flow. Input is read from the POST unchanged, so that a draft keeps it (W-12)."""

import re
from typing import Any, cast
from uuid import UUID

from django import forms
from django.core.exceptions import BadRequest
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from base.forms import MultiLineField
from base.ids import parse_uuid
from invitations.validation import MAX_PEOPLE
from organizations.models import Role
from organizations.pages import default_welcome_page, welcome_pages

PERSON_FIELDS = ("first_name", "last_name", "email")
EMPTY_PERSON = dict.fromkeys(PERSON_FIELDS, "")
# Above MAX_PEOPLE, so that a pasted list that is too long is shown again and not lost. Our own form never posts more.
MAX_ROWS = 500
# Commas, semicolons, line breaks and tabs separate addresses, except inside the quotes of "Soto, Ana" <ana@x>.
LIST_ITEM = re.compile(r'(?:"[^"\n]*"|[^,;\n\r\t])+')
NAME_AND_ADDRESS = re.compile(r"^\s*(?P<name>[^<>]*?)\s*<(?P<email>[^<>\s]+)>\s*$")


def _read_people(post: QueryDict) -> list[dict[str, str]]:
    columns = [post.getlist(name) for name in PERSON_FIELDS]
    row_count = max(map(len, columns))
    if row_count > MAX_ROWS:
        raise BadRequest(f"{row_count} rows")
    return [
        {name: column[row] if row < len(column) else "" for name, column in zip(PERSON_FIELDS, columns, strict=True)}
        for row in range(row_count)
    ] or [dict(EMPTY_PERSON)]


def _read_ids(post: QueryDict, name: str) -> list[str]:
    # Each id once and in one spelling. An empty value is the dropdown's choice "none".
    try:
        return list(dict.fromkeys(str(UUID(value)) for value in post.getlist(name) if value))
    except ValueError:
        raise BadRequest(f"{name} contains a value that is not an id") from None


def read_draft_id(values: QueryDict) -> UUID | None:
    """Return the draft id in a form or query string; None if it is missing or not an id."""
    return parse_uuid(values.get("draft", ""))


def read_setup(post: QueryDict) -> dict[str, list]:
    """Return step 1 as the fields of a draft. Raises BadRequest for values that our form can't send."""
    return {
        "people": _read_people(post),
        "role_ids": _read_ids(post, "role"),
        "group_ids": _read_ids(post, "groups"),
        "project_ids": _read_ids(post, "projects"),
    }


def read_personalization(post: QueryDict) -> dict[str, str]:
    """Return step 2 as the fields of a draft. Line breaks become LF, so that each counts as one character (W-7)."""
    reason = post.get("reason", "").replace("\r\n", "\n").replace("\r", "\n")
    return {"reason": reason, "welcome_page": post.get("welcome_page", "")[:40]}


def _parse_person(item: str, first_name: str = "", last_name: str = "") -> dict[str, str]:
    """Parse "address" or "Name <address>"; names that are given are kept."""
    match = NAME_AND_ADDRESS.match(item)
    if not match:
        return {"first_name": first_name, "last_name": last_name, "email": item.strip()}
    name = match["name"].strip().strip("\"'").strip()
    if "," in name:
        last, first = (part.strip() for part in name.split(",", 1))
    else:
        first, _space, last = name.partition(" ")
    return {"first_name": first_name or first, "last_name": last_name or last.strip(), "email": match["email"]}


def _split_addresses(typed: str) -> list[str]:
    items: list[str] = []
    for item in LIST_ITEM.findall(typed):
        words = item.split()
        # "a@x b@x" is two addresses, "Ana Soto <a@x>" is one.
        items.extend(words if all("@" in word for word in words) else [item.strip()])
    return [item for item in items if item]


def expand_pasted_lists(people: list[dict[str, str]]) -> list[dict[str, str]]:
    """Turn lists of addresses pasted into one email field into rows, for browsers without JavaScript (W-4).

    Lists of more than MAX_PEOPLE stay in their field: they can't be sent, and a page with
    thousands of rows is unusable.
    """
    rows = _expand_rows(people)
    return rows if len(rows) <= MAX_PEOPLE else people


def count_people(people: list[dict[str, str]]) -> int:
    """Return the number of people in these rows, with pasted lists expanded."""
    return len(_expand_rows(people))


def _expand_rows(people: list[dict[str, str]]) -> list[dict[str, str]]:
    rows = []
    for person in people:
        items = _split_addresses(person["email"])
        address_count = sum("@" in item for item in items)
        if address_count < 2 and not NAME_AND_ADDRESS.match(person["email"]):
            rows.append(person)
            continue
        rows.append(_parse_person(items[0], person["first_name"], person["last_name"]))
        rows.extend(_parse_person(item) for item in items[1:])
    return rows


def drop_blank_rows(people: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return the rows with any input, or one blank row."""
    return [person for person in people if any(value.strip() for value in person.values())] or [dict(EMPTY_PERSON)]


class PersonalizeForm(forms.Form):
    """Step 2: the reason, and a welcome page that the roles can open (W-7, W-9)."""

    reason = MultiLineField(label=_("Reason for invitation"), required=False, strip=False)
    welcome_page = forms.ChoiceField(label=_("Welcome page"), required=False)

    def __init__(self, *args: Any, roles: list[Role], **options: Any) -> None:
        super().__init__(*args, **options)
        pages = welcome_pages(roles)
        field = cast(forms.ChoiceField, self.fields["welcome_page"])
        field.choices = [(page.key, page.welcome_label) for page in pages]
        field.error_messages["invalid_choice"] = _("Choose a page that this role can open.")
        if self.initial.get("welcome_page") not in {page.key for page in pages}:
            self.initial["welcome_page"] = default_welcome_page(roles)
