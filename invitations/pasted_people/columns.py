"""What each column of a table has, by its heading and its cells."""

import re
from collections import Counter
from collections.abc import Iterable

from base.names import is_family_first
from invitations.pasted_people.names import MAX_NAME, without_remarks
from invitations.pasted_people.text import fold, has_letter, is_address

Unsure = list[int]


def find_columns(rows: list[list[str]], known: list[str]) -> tuple[list[str], Unsure]:
    """Return what each column has, and the numbers of the columns that aren't certain.

    `known` has what the headings say. Addresses are always found by the cells.
    """
    width = len(known)
    addresses = [sum(is_address(row[n]) for row in rows) for n in range(width)]
    email = max(range(width), key=lambda n: (addresses[n], known[n] == "email", -n), default=0)
    if not any(addresses):
        return known, [] if "email" in known else list(range(width))
    columns = ["" if column == "email" else column for column in known]
    columns[email] = "email"
    if len(set(columns) - {"", "email"}) > 0:
        return columns, []
    return _find_names(rows, columns, email)


def _find_names(rows: list[list[str]], columns: list[str], email: int) -> tuple[list[str], Unsure]:
    people = [row for row in rows if is_address(row[email])]
    names = [n for n in range(len(columns)) if n != email and _has_names([row[n] for row in people])]
    votes = Counter(vote for row in rows for vote in _votes(row, email, names))
    for column in ("name", "first_name", "last_name"):
        best = max((n for n in names if not columns[n]), key=lambda n: votes[(n, column)], default=None)
        if best is not None and votes[(best, column)]:
            columns[best] = column
    if "name" in columns:
        return ["" if column in ("first_name", "last_name") else column for column in columns], []
    return _fill(columns, names, rows)


def _fill(columns: list[str], names: list[int], rows: list[list[str]]) -> tuple[list[str], Unsure]:
    """Use columns that no address confirms: the second name column if one is confirmed, else the first two."""
    free = [n for n in names if not columns[n]]
    missing = [column for column in ("first_name", "last_name") if column not in columns]
    if not missing:
        return columns, []
    if not free:  # without any name, text that isn't used may be one
        texts = [n for n in range(len(columns)) if not columns[n] and any(has_letter(row[n]) for row in rows)]
        return columns, texts if len(missing) == 2 else []
    full = [n for n in free if _share(row[n].count(" ") > 0 for row in rows if row[n]) > 0.5]
    if len(missing) == 2 and len(full) == 1 and (len(rows) > 1 or len(free) == 1):
        columns[full[0]] = "name"
        return columns, [] if _repeats(rows, set(free) - set(full)) else free
    if len(missing) == 2 and len(free) == 1:
        return columns, free
    if len(free) > len(missing):  # leave out those with the fewest values, such as a department
        free = sorted(sorted(free, key=lambda n: -len({row[n] for row in rows}))[: len(missing)])
    if len(free) == len(missing) == 2 and _share(is_family_first(row[free[1]], row[free[0]]) for row in rows) > 0.5:
        free.reverse()
    for n, column in zip(free, missing, strict=False):
        columns[n] = column
    unsure = [n for n in names if not columns[n] or n in free]
    return columns, [] if len(missing) == 1 and len(unsure) == 1 else unsure


def _repeats(rows: list[list[str]], columns: Iterable[int]) -> bool:
    return all(len({row[n] for row in rows}) < len(rows) for n in columns)


def _share(values: Iterable[bool]) -> float:
    found = list(values)
    return sum(found) / len(found) if found else 0


def _is_name(cell: str) -> bool:
    """Return whether the cell has letters, spaces, hyphens, apostrophes, commas, full stops and remarks."""
    cell = without_remarks(cell[:MAX_NAME]).strip()
    return cell[:1].isalpha() and all(char.isalpha() or char in " .'’`-,·" or not char.isprintable() for char in cell)


def _has_names(cells: list[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return bool(filled) and sum(map(_is_name, filled)) * 10 >= len(filled) * 8


def _votes(row: list[str], email: int, names: list[int]) -> list[tuple[int, str]]:
    """Return which columns the address confirms: with ana.soto@, "Ana" is a first name and "Soto" a last name."""
    local = row[email].partition("@")[0].partition("+")[0]
    words = [word for part in re.split(r"[._-]+", local[:100]) if (word := fold(part.rstrip("0123456789")))]
    votes = []
    for n in names:
        cell = fold(row[n][:200])
        parts = {fold(part) for part in re.split(r"[ ,]+", row[n][:200]) if fold(part)}
        if len(parts) > 1 and len(words) > 1 and set(words) <= parts:
            votes.append((n, "name"))
        elif cell and cell == (words or [""])[0]:  # ana@, ana.soto@
            votes.append((n, "first_name"))
        elif cell and cell in _last_names(words):
            votes.append((n, "last_name"))
    return votes


def _last_names(words: list[str]) -> set[str]:
    """Return the last names that the words of an address may have: of jan.van.dyk@, ana.soto@ and asoto@."""
    if len(words) == 1:
        return {words[0][1:]} if len(words[0]) > 3 else set()
    return {"".join(words[1:]), words[-1]} if words else set()
