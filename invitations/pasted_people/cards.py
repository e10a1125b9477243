"""Contact cards (vCard), as address books export them."""

import quopri
import re
from collections.abc import Sequence

from invitations.pasted_people.names import read_name

COLUMNS = ("first_name", "last_name", "email")


def find_cards(lines: Sequence[str]) -> list[tuple[int, list[str]]]:
    """Return a row of COLUMNS per card, with its line number, or [] if the lines have no cards.

    Lines outside of cards are rows too, so that nothing is lost.
    """
    if not any(line.strip().upper() == "BEGIN:VCARD" for line in lines):
        return []
    rows, card, start = [], [], 0
    for number, line in enumerate(lines, start=1):
        key = line.strip().upper()
        if key == "BEGIN:VCARD":
            card, start = [], number
        elif key == "END:VCARD":
            rows.append((start, _row(card)))
            start = 0
        elif start and card and line[:1].isspace():  # the rest of a long line
            card[-1] += line[1:]
        elif start:
            card.append(line)
        elif key:
            rows.append((number, ["", "", line.strip()]))
    return [*rows, (start, _row(card))] if start else rows


def _row(card: Sequence[str]) -> list[str]:
    names, full_name, emails = ["", ""], "", []
    for line in card:
        head, _colon, value = line.partition(":")
        field, *options = head.upper().split(";")
        if any("QUOTED-PRINTABLE" in option for option in options):
            value = quopri.decodestring(value.encode()).decode(errors="replace")
        field = field.rpartition(".")[2]  # item1.EMAIL
        if field == "N":
            names = [_plain(part) for part in [*re.split(r"(?<!\\);", value), ""][:2]]
        elif field == "FN":
            full_name = _plain(value)
        elif field == "EMAIL":
            emails.append(value.strip())
    last, first = names
    return [*((first, last) if first or last else read_name(full_name)[:2]), ", ".join(emails)]


def _plain(value: str) -> str:
    return " ".join(re.sub(r"\\(.)", r"\1", value).split())
