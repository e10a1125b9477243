"""Tables: cells copied from a spreadsheet (tabs), and CSV with commas or semicolons."""

import csv
import re
from collections import Counter
from collections.abc import Sequence

from invitations.pasted_people.headings import columns_of
from invitations.pasted_people.model import COLUMNS, LeftOut, PastedPeople, PastedPerson, Reason
from invitations.pasted_people.names import guess_name, split_name
from invitations.pasted_people.text import ADDRESS, clean_address, fold, is_address

Row = tuple[int, list[str]]
# Letters with spaces, hyphens, apostrophes and full stops: "Ana María", "O'Brien", "J. R."
NAME_LIKE = re.compile(r"[^\W\d_][^\W\d_ .'’`-]*(?:[ .'’`-]+[^\W\d_]*)*")


def find_table(text: str, *, forced: bool = False) -> list[Row]:
    """Return the rows of the table with their line numbers, or [] if the text isn't a table."""
    for delimiter in "\t;,|":
        if delimiter in text and (rows := _rows(text, delimiter)) and (forced or _is_table(rows)):
            width = max(len(cells) for _line, cells in rows)
            return [(line, [*cells, *[""] * (width - len(cells))]) for line, cells in rows]
    return []


def _rows(text: str, delimiter: str) -> list[Row]:
    rows, reader = [], csv.reader(text.splitlines(keepends=True), delimiter=delimiter, skipinitialspace=True)
    try:
        line = 1
        for cells in reader:
            if any(cell.strip(" ;,") for cell in cells):
                rows.append((line, [" ".join(cell.split()) for cell in cells]))
            line = reader.line_num + 1
    except csv.Error:
        return []
    return rows


def _is_table(rows: list[Row]) -> bool:
    """Return whether the rows have one address each, in the same column, or follow a heading of known columns."""
    if "email" in (columns := columns_of(rows[0][1])) and len(rows) > 1:
        return len([column for column in columns if column]) > 1 or len(columns) > 1
    with_address = [cells for _line, cells in rows if any(is_address(cell) for cell in cells)]
    one_each = [cells for cells in with_address if sum(len(ADDRESS.findall(cell)) for cell in cells) == 1]
    wide = [cells for cells in one_each if sum(bool(cell) for cell in cells) > 1]
    if not wide or len(one_each) < len(with_address) or any("<" in cell for _line, row in rows for cell in row):
        return False
    return len(wide) * 2 > len(rows)


def read_table(rows: list[Row], columns: Sequence[str] | None, has_heading: bool | None) -> PastedPeople:
    """Return the people in the rows. Without `columns`, find out what each column has."""
    by_heading = columns_of(rows[0][1])
    if has_heading is None:
        has_heading = not any(is_address(cell) for cell in rows[0][1]) and any(by_heading)
    body = rows[1:] if has_heading else rows
    certain = True
    if columns is not None:
        chosen = [column if column in COLUMNS else "" for column in columns][: len(by_heading)]
        chosen += [""] * (len(by_heading) - len(chosen))
    elif has_heading and "email" in by_heading:
        chosen = by_heading
    else:
        chosen, certain = _find_columns([cells for _line, cells in body])
    result = PastedPeople(columns=chosen, rows=body, has_heading=has_heading, certain=certain)
    for line, cells in body:
        person = _person(line, dict(zip(chosen, cells, strict=True)))
        if person:
            result.add([person])
        else:
            text = " ".join(cell for cell in cells if cell)
            result.left_out.append(LeftOut(line, text, Reason.NO_ADDRESS))
    return result


def _find_columns(rows: list[list[str]]) -> tuple[list[str], bool]:
    """Return what each column has, by its cells, and whether that is certain."""
    width = len(rows[0]) if rows else 0
    counts = [sum(is_address(row[n]) for row in rows) for n in range(width)]
    email = max(range(width), key=lambda n: (counts[n], -n), default=0)
    columns = [""] * width
    if not width or not counts[email]:
        return columns, False
    columns[email] = "email"
    names = [n for n in range(width) if n != email and _has_names([row[n] for row in rows])]
    votes = Counter(vote for row in rows for vote in _votes(row, email, names))
    for column in ("name", "first_name", "last_name"):
        best = max((n for n in names if not columns[n]), key=lambda n: votes[(n, column)], default=None)
        if best is not None and votes[(best, column)]:
            columns[best] = column
    if "name" in columns:
        columns = ["" if column in ("first_name", "last_name") else column for column in columns]
        return columns, True
    return _fill(columns, names)


def _fill(columns: list[str], names: list[int]) -> tuple[list[str], bool]:
    """Use columns that no address confirms: the second name column if one is confirmed, else the first two."""
    free = [n for n in names if not columns[n]]
    missing = [column for column in ("first_name", "last_name") if column not in columns]
    if not missing or not free:
        return columns, len(missing) < 2 or not names
    if len(missing) == 2 and len(names) == 1:
        columns[free[0]] = "name"
        return columns, True
    for n, column in zip(free, missing, strict=False):
        columns[n] = column
    return columns, len(missing) == 1 and len(free) == 1


def _has_names(cells: list[str]) -> bool:
    filled = [cell for cell in cells if cell]
    like = sum(bool(NAME_LIKE.fullmatch(cell.replace(",", " "))) for cell in filled)
    return bool(filled) and like * 10 >= len(filled) * 8


def _votes(row: list[str], email: int, names: list[int]) -> list[tuple[int, str]]:
    """Return which columns the address confirms: with ana.soto@, "Ana" is a first name and "Soto" a last name."""
    words = [fold(word) for word in re.split(r"[._-]+", row[email].partition("@")[0].partition("+")[0]) if fold(word)]
    votes = []
    for n in names:
        parts = [fold(part) for part in re.split(r"[ ,]+", row[n]) if fold(part)]
        if len(parts) > 1 and len(words) > 1 and set(words) <= set(parts):
            votes.append((n, "name"))
        elif len(words) > 1 and fold(row[n]) and fold(row[n]) == words[0]:
            votes.append((n, "first_name"))
        elif len(words) > 1 and fold(row[n]) and fold(row[n]) in ("".join(words[1:]), words[-1]):
            votes.append((n, "last_name"))
    return votes


def _person(line: int, cells: dict[str, str]) -> PastedPerson | None:
    found = ADDRESS.search(cells.get("email", ""))
    if not found:
        return None
    email = clean_address(found[0])
    first, last = cells.get("first_name", ""), cells.get("last_name", "")
    if cells.get("name") and not (first or last):
        first, last = split_name(cells["name"])
    if first or last:
        return PastedPerson(email, first, last, line=line)
    first, last = guess_name(email)
    return PastedPerson(email, first, last, guessed=bool(first), line=line)
