"""What is typed in the Add User flow: taken from a POST as it is, so that a draft keeps it (W-12); checked later."""

import re
from typing import Any, cast
from uuid import UUID

from django import forms
from django.core.exceptions import BadRequest
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from base.forms import MultiLineField
from base.ids import parse_uuid
from invitations.problems import MAX_PEOPLE
from organizations.models import Role
from organizations.pages import default_welcome_page, welcome_pages

PERSON = ("first_name", "last_name", "email")
NOBODY = dict.fromkeys(PERSON, "")
# More rows than may be sent, so that a list pasted too long is shown again and not lost; beyond it is no form of ours.
MAX_ROWS = 500
# Commas, semicolons, line breaks and tabs divide a list of addresses; not those inside "Soto, Ana" <ana@x>.
DIVIDED = re.compile(r'(?:"[^"\n]*"|[^,;\n\r\t])+')
NAMED = re.compile(r"^\s*(?P<name>[^<>]*?)\s*<(?P<email>[^<>\s]+)>\s*$")


def _people(post: QueryDict) -> list[dict[str, str]]:
    columns = [post.getlist(name) for name in PERSON]
    count = max(map(len, columns))
    if count > MAX_ROWS:
        raise BadRequest(f"{count} rows")
    return [
        {name: column[row] if row < len(column) else "" for name, column in zip(PERSON, columns, strict=True)}
        for row in range(count)
    ] or [dict(NOBODY)]


def _ids(post: QueryDict, name: str) -> list[str]:
    # Once each and in one spelling; an empty one is the choice "none" of a dropdown.
    try:
        return list(dict.fromkeys(str(UUID(value)) for value in post.getlist(name) if value))
    except ValueError:
        raise BadRequest(f"{name} holds what is no id") from None


def draft_key(values: QueryDict) -> UUID | None:
    """The id that a form was given for its draft; None where there is none or nonsense."""
    return parse_uuid(values.get("draft", ""))


def typed_setup(post: QueryDict) -> dict[str, list]:
    """Step 1 as the fields of a draft. Raises BadRequest for what no form of ours sends."""
    return {
        "people": _people(post),
        "role_ids": _ids(post, "role"),
        "group_ids": _ids(post, "groups"),
        "project_ids": _ids(post, "projects"),
    }


def typed_personal(post: QueryDict) -> dict[str, str]:
    """Step 2 as the fields of a draft; line breaks as LF, so that they count one (W-7)."""
    reason = post.get("reason", "").replace("\r\n", "\n").replace("\r", "\n")
    return {"reason": reason, "welcome_page": post.get("welcome_page", "")[:40]}


def _person(part: str, first_name: str = "", last_name: str = "") -> dict[str, str]:
    named = NAMED.match(part)
    if not named:
        return {"first_name": first_name, "last_name": last_name, "email": part.strip()}
    name = named["name"].strip().strip("\"'").strip()
    if "," in name:
        last, first = (piece.strip() for piece in name.split(",", 1))
    else:
        first, _blank, last = name.partition(" ")
    return {"first_name": first_name or first, "last_name": last_name or last.strip(), "email": named["email"]}


def _parts(typed: str) -> list[str]:
    parts: list[str] = []
    for part in DIVIDED.findall(typed):
        words = part.split()
        # "a@x b@x" is two; "Ana Soto <a@x>" is one.
        parts.extend(words if all("@" in word for word in words) else [part.strip()])
    return [part for part in parts if part]


def spread(people: list[dict[str, str]]) -> list[dict[str, str]]:
    """Makes rows of a list of addresses that was pasted into one e-mail field (W-4), without a script.

    More than MAX_PEOPLE stay where they were pasted: they could not be sent, and a page of thousands helps nobody.
    """
    rows = _spread(people)
    return rows if len(rows) <= MAX_PEOPLE else people


def count(people: list[dict[str, str]]) -> int:
    """How many people these rows would be."""
    return len(_spread(people))


def _spread(people: list[dict[str, str]]) -> list[dict[str, str]]:
    rows = []
    for person in people:
        parts = _parts(person["email"])
        if len([part for part in parts if "@" in part]) < 2 and not NAMED.match(person["email"]):
            rows.append(person)
            continue
        rows.append(_person(parts[0], person["first_name"], person["last_name"]))
        rows.extend(_person(part) for part in parts[1:])
    return rows


def without_blanks(people: list[dict[str, str]]) -> list[dict[str, str]]:
    """The rows in which something is typed; one blank row where there is none."""
    return [person for person in people if any(value.strip() for value in person.values())] or [dict(NOBODY)]


class PersonalForm(forms.Form):
    """Step 2: the reason, and a welcome page that the roles open (W-7, W-9)."""

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
