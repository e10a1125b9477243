"""Read people from pasted text: address lists from Outlook, Gmail and the like, tables, CSV, contact cards and
HTML (W-4).

`read_people()` is the only entry. It decides what kind of text it is, and says what it left out and why. It knows
nothing of organizations: whether an address may be invited is decided in invitations.validation.
It takes linear time: each step looks at a character a bounded number of times.
"""

from collections.abc import Mapping, Sequence

from invitations.pasted_people.addresses import read_list
from invitations.pasted_people.cards import COLUMNS as CARD_COLUMNS
from invitations.pasted_people.cards import find_cards
from invitations.pasted_people.markup import without_markup
from invitations.pasted_people.model import COLUMNS, LeftOut, PastedPeople, PastedPerson, Reason
from invitations.pasted_people.tables import find_table, read_table
from invitations.pasted_people.text import ADDRESS, MAX_CHARACTERS, MAX_LINES, clean_address, has_letter, tidy

__all__ = [
    "COLUMNS",
    "MAX_CHARACTERS",
    "MAX_LINES",
    "LeftOut",
    "PastedPeople",
    "PastedPerson",
    "Reason",
    "find_address",
    "read_people",
]


def read_people(
    text: str,
    *,
    columns: Sequence[str] | None = None,
    has_heading: bool | None = None,
    addresses: Mapping[str, str] | None = None,
) -> PastedPeople:
    """Return the people in the text, and the lines that were left out.

    For a table, `columns` names what each column has ("first_name", "last_name", "name", "email" or ""), and
    `has_heading` says whether its first line is a heading. By default both are detected. `addresses` are for
    parts without one, by LeftOut.key. Never raises.
    """
    lines = tidy(without_markup(text[:MAX_CHARACTERS])).split("\n")
    is_cut = len(text) > MAX_CHARACTERS or len(lines) > MAX_LINES
    # The last line may end within an address. A single line can't be left out.
    lines = lines[:MAX_LINES][: -1 if len(text) > MAX_CHARACTERS else None] or lines
    if cards := find_cards(lines):
        result = read_table(cards, columns or CARD_COLUMNS, bool(has_heading), addresses or {})
    elif table := find_table("\n".join(lines), forced=columns is not None):
        result = read_table(table, columns, has_heading, addresses or {})
    else:
        result = read_list(lines, addresses or {})
    result.is_cut = is_cut
    result.last_line = len(lines)
    result.line_count = sum(1 for line in lines if line.strip())
    return result


def find_address(text: str) -> str:
    """Return the only address in the text, without what surrounds it, or "".

    A name beside it needs brackets around the address: in "ana soto@x.example", a full stop may be missing.
    """
    text = tidy(text[:1000])
    found = [match for match in ADDRESS.finditer(text) if clean_address(match[0])]
    if len(found) != 1:
        return ""
    before, after = text[: found[0].start()], text[found[0].end() :]
    is_alone = before.rstrip().endswith(("<", "(")) or not has_letter(before + after)
    return clean_address(found[0][0]) if is_alone else ""
