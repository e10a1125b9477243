"""People in JSON and LDIF, as directories and APIs export them."""

import base64
import binascii
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from invitations.pasted_people.headings import heading_of
from invitations.pasted_people.names import read_name
from invitations.pasted_people.text import ADDRESS, has_letter, is_address

Pairs = list[tuple[str, str]]


def find_records(lines: Sequence[str]) -> list[tuple[int, list[str]]]:
    """Return a row of cards.COLUMNS per person, with its line number, or [] if the lines are neither JSON nor LDIF."""
    if any(line.startswith("dn:") for line in lines):
        return list(_read_ldif(lines))
    try:
        people = list(_people(_load(lines)))
    except (ValueError, RecursionError):
        return []
    places = {found.casefold(): n for n, line in reversed([*enumerate(lines, 1)]) for found in ADDRESS.findall(line)}
    rows, line = [], 1
    for first, last, email in map(_row, people):
        line = places.get(email.partition(",")[0].casefold(), line)
        rows.append((line, [first, last, email]))
    return rows


def _load(lines: Sequence[str]) -> Any:
    """Return the value of JSON, or a list of values if each line has one."""
    text = "\n".join(lines).strip()
    if not text.startswith(("[", "{")) or "@" not in text:
        return []
    try:
        return json.loads(text)
    except ValueError:
        return [json.loads(line) for line in lines if line.strip()]


def _people(value: Any) -> Iterator[Pairs]:
    """Yield the keys and values of each person: an object that has an address of its own, or an address in a list."""
    values = [value]
    while values:
        value = values.pop()
        if isinstance(value, dict) and any(heading_of(key) == "email" or _is_email(value[key]) for key in value):
            yield list(_pairs(value))
        elif isinstance(value, (dict, list)):
            values += reversed(list(value.values() if isinstance(value, dict) else value))
        elif isinstance(value, str) and has_letter(value):
            yield [("email" if "@" in value else "name", value)]


def _is_email(value: Any) -> bool:
    return isinstance(value, str) and is_address(value)


def _pairs(person: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the texts in an object, with their keys: {"emails": [{"value": "ana@x"}]} has emails."""
    items: list[tuple[str, Any]] = [("", person)]
    while items:
        key, value = items.pop()
        if isinstance(value, dict):
            items += reversed([(key if name == "value" else name, item) for name, item in value.items()])
        elif isinstance(value, list):
            items += [(key, item) for item in reversed(value)]
        elif isinstance(value, str):
            yield key, " ".join(value.split())


def _read_ldif(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield a row per entry. Lines before the first one are rows too, so that nothing is lost."""
    entry: Pairs = []
    start = 0
    for number, line in enumerate([*lines, "dn:"], start=1):
        if line.startswith("dn:"):
            if start:
                yield start, _row(_decoded(entry))
            entry, start = [], number
        elif entry and line[:1] == " ":
            entry[-1] = (entry[-1][0], entry[-1][1] + line[1:])
        elif start and ":" in line:
            key, _colon, value = line.partition(":")
            entry.append((key, value))
        elif line.strip() and not line.startswith("#"):
            yield number, ["", "", line.strip()]


def _decoded(entry: Pairs) -> Pairs:
    """Return the entry with its values in base64 decoded: "cn:: SsO2cmc="."""
    decoded = []
    for key, value in entry:
        if value.startswith(":"):
            try:
                value = base64.b64decode(value[1:].strip()).decode(errors="replace")
            except (ValueError, binascii.Error):
                value = ""
        decoded.append((key, value.strip()))
    return decoded


def _row(pairs: Iterable[tuple[str, str]]) -> list[str]:
    found: dict[str, list[str]] = {}
    for key, value in pairs:
        column = "email" if is_address(value) else heading_of(key)
        found.setdefault(column, []).append(value)
    first, last, name = (found.get(column, [""])[0] for column in ("first_name", "last_name", "name"))
    names = [first, last] if first or last else list(read_name(name)[:2])
    return [*names, ", ".join(found.get("email", []))]
