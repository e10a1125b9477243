"""Forms of the Add User flow. Input is read from the POST unchanged, so that a draft keeps it (W-12)."""

import re
from dataclasses import replace
from typing import Any, cast
from uuid import UUID

from django import forms
from django.core.exceptions import BadRequest
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from base.forms import MultiLineField
from base.ids import parse_uuid
from invitations.pasted_lists import PastedList
from invitations.pasted_people import PastedPerson, find_address, read_people
from organizations.models import Role
from organizations.pages import default_welcome_page, welcome_pages

PERSON_FIELDS = ("first_name", "last_name", "email")
EMPTY_PERSON = dict.fromkeys(PERSON_FIELDS, "")
# Above MAX_PEOPLE, so that a pasted list that is too long is shown again and not lost. Our own form never posts more.
MAX_ROWS = 500
ONE_ADDRESS = re.compile(r"\s*[^\s@<>,;:]+@[^\s@<>,;:]+\s*")
# The fields of the page with a pasted list: what a column has, and an address that was added to a line without one.
COLUMN, ADDED_ADDRESS, MAX_ADDRESS = "column-", "address-", 300
# A longer text in an email field is a list.
MAX_FIELD = 2000


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


def read_row(post: QueryDict) -> int:
    """Return the row that a list was pasted into, from 0; after all rows if it isn't given."""
    value = post.get("pasted_at", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 4 else MAX_ROWS


def read_list_choices(post: QueryDict, pasted: PastedList) -> PastedList:
    """Return the pasted list with the text, columns, heading and added addresses of its page."""
    changed = pasted.with_changed_text(post.get("text", pasted.text))
    if changed.text != pasted.text:
        return changed
    # Those that were used no longer have a field.
    addresses = changed.addresses | {
        name.removeprefix(ADDED_ADDRESS): value.strip()[:MAX_ADDRESS]
        for name, value in post.items()
        if name.startswith(ADDED_ADDRESS)
    }
    addresses = {key: value for key, value in addresses.items() if value}
    shown = read_people(changed.text, columns=changed.columns, has_heading=changed.has_heading)
    if not any(name.startswith(COLUMN) for name in post):
        return replace(changed, addresses=addresses)
    columns = [post.get(f"{COLUMN}{n}", "") for n in range(len(shown.columns))]
    has_heading = "has_heading" in post
    if has_heading != shown.has_heading and columns == shown.columns:  # find out again, below the new heading
        return replace(changed, columns=None, has_heading=has_heading, addresses=addresses)
    # What was found isn't stored as chosen, so that a column stays marked until the user decides.
    if has_heading != shown.has_heading or columns != shown.columns:
        changed = replace(changed, columns=columns, has_heading=has_heading)
    return replace(changed, addresses=addresses)


def take_lists(people: list[dict[str, str]]) -> tuple[list[dict[str, str]], str, int]:
    """Take pasted text out of email fields, for browsers without JavaScript (W-4).

    A person with one address is put into the row; names that were typed are kept. Return the rows, the text of lists
    with several people, and the row that the first of them was in.
    """
    rows, texts, at = [], [], 0
    for row, person in enumerate(people):
        text = person["email"]
        read = read_people(text) if is_list(text) and len(text) <= MAX_FIELD else None
        if read and len(read.people) == 1 and not read.left_out:
            rows.append(_fill(person, text, read.people[0]))
        elif len(text) > MAX_FIELD or (read and read.people):
            at = row if not texts else at
            texts.append(text)
            rows.append({**person, "email": ""})
        else:
            rows.append(person)
    return rows, "\n".join(texts), at


def is_list(text: str) -> bool:
    """Return whether the text is more than one address without a name. paste.js has the same rule."""
    return "@" in text and not ONE_ADDRESS.fullmatch(text)


def _fill(row: dict[str, str], text: str, person: PastedPerson) -> dict[str, str]:
    """Return the row with the person that the text in its email field has. Beside a typed name, only with the address:
    "ana soto@x" without a full stop stays as it is, for an error.
    """
    if row["first_name"].strip() or row["last_name"].strip():
        return {**row, "email": find_address(text) or row["email"]}
    return {"first_name": person.first_name, "last_name": person.last_name, "email": person.email}


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
