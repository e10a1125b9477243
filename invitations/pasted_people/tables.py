"""Tables: cells copied from a spreadsheet (tabs), and CSV with commas or semicolons."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from invitations.pasted_people.addresses import add_line
from invitations.pasted_people.columns import find_columns
from invitations.pasted_people.headings import address_columns, columns_of
from invitations.pasted_people.model import COLUMNS, PastedPeople, Reason, named_person
from invitations.pasted_people.names import BULLET, Name, read_name
from invitations.pasted_people.text import ADDRESS, clean_address, has_letter, is_address

Row = tuple[int, list[str]]
# Exports of contacts have up to a hundred columns. Text with more than these isn't a table.
MAX_COLUMNS, MAX_CELLS = 200, 300_000
# What stands in a cell that has no value.
BLANK = {"-", "–", "—", "n/a", "#n/a"}
# What the csv module doesn't take as quotes.
QUOTES = "'“”„"
# A heading is in the first lines; above it, there may be a title.
HEADING_LINES = 20


def find_table(text: str, *, forced: bool = False) -> list[Row]:
    """Return the rows of the table with their line numbers, or [] if the text isn't a table.

    Lines without the delimiter, such as a greeting or a second pasted list, are rows of one cell. `forced` texts that
    don't look like a table are split at the first delimiter that they have.
    """
    for is_any in (False, True) if forced else (False,):
        for delimiter in "\t;,|\n":
            if delimiter in text and (rows := _rows(text, delimiter)) and (is_any or _is_table(rows, delimiter)):
                return rows
    return []


def _rows(text: str, delimiter: str) -> list[Row]:
    """Return the rows that have any letter or digit, with spaces collapsed; [] if they are too many."""
    rows = _stacked(text) if delimiter == "\n" else _parse(text, delimiter, csv.QUOTE_MINIMAL)
    # A quote that nothing closes takes the lines after it with it.
    if any(cell.count("\n") > 5 or (cell.count("@") > 1 and "\n" in cell) for _line, cells in rows for cell in cells):
        rows = _parse(text, delimiter, csv.QUOTE_NONE)
        rows = [(line, [cell.strip('" ') for cell in cells]) for line, cells in rows]
    rows = [(line, [_plain(BULLET.sub("", cells[0])), *map(_plain, cells[1:])]) for line, cells in rows if cells]
    rows = [(line, cells) for line, cells in rows if any(map(str.isalnum, "".join(cells)))]
    width = max((len(cells) for _line, cells in rows), default=0)
    return rows if 1 < width <= MAX_COLUMNS and width * len(rows) <= MAX_CELLS else []


def _plain(cell: str) -> str:
    cell = " ".join(cell.split())
    quotes = sum(cell.count(quote) for quote in QUOTES)
    if quotes == 1 or quotes == 2 and cell[0] in QUOTES and cell[-1] in QUOTES:
        cell = cell.strip(QUOTES)
    return "" if cell.casefold() in BLANK else cell


def _stacked(text: str) -> list[Row]:
    """Return the rows of a table whose cells are on lines of their own, as web pages are copied: the same number of
    lines per person, with the address always in the same place.
    """
    lines = [(number, line.strip()) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    at = [n for n, (_number, line) in enumerate(lines) if "@" in line[1:]]
    height = at[1] - at[0] if len(at) > 1 else 0
    if height < 3 or len(lines) % height or [n % height for n in at] != [at[0] % height] * len(at):
        return []
    if not all(is_address(lines[n][1]) for n in at):
        return []
    return [(lines[n][0], [line for _number, line in lines[n : n + height]]) for n in range(0, len(lines), height)]


def _parse(text: str, delimiter: str, quoting: int) -> list[Row]:
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, skipinitialspace=True, quoting=quoting)
    rows: list[Row] = []
    line = 1
    try:
        for cells in reader:
            rows.append((line, cells))
            line = reader.line_num + 1
    except csv.Error:
        return _parse(text, delimiter, csv.QUOTE_NONE) if quoting != csv.QUOTE_NONE else []
    return rows


def _find_heading(rows: list[Row]) -> int | None:
    """Return the index of the row with the headings: in the first rows, above the first address."""
    known = []
    for index, (_line, cells) in enumerate(rows[:HEADING_LINES]):
        if any("@" in cell for cell in cells):
            break
        if count := sum(bool(column) for column in columns_of(cells)):
            known.append((count, -index))
    return -max(known)[1] if known else None


def _is_table(rows: list[Row], delimiter: str) -> bool:
    """Return whether the rows have one address each, or follow a heading of known columns."""
    heading = _find_heading(rows)
    if heading is not None and heading + 1 < len(rows) and "email" in columns_of(rows[heading][1]):
        return True
    with_cells = [cells for _line, cells in rows if len(cells) > 1]
    with_address = [cells for cells in with_cells if _addresses(cells)]
    one_each = [cells for cells in with_address if any(map(is_address, cells)) and len(_unique(cells)) == 1]
    wide = [cells for cells in one_each if sum(bool(cell) for cell in cells) > 1]
    if not wide or len(one_each) < len(with_address) or any("<" in cell for cells in with_cells for cell in cells):
        return False
    return len(wide) * (4 if delimiter == "\t" else 2) >= len(rows)


def read_table(
    rows: list[Row], columns: Sequence[str] | None, has_heading: bool | None, addresses: Mapping[str, str]
) -> PastedPeople:
    """Return the people in the rows. Without `columns`, find out what each column has."""
    width = max(len(cells) for _line, cells in rows)
    single = {line for line, cells in rows if len(cells) == 1}
    rows = [(line, [*cells, *[""] * (width - len(cells))]) for line, cells in rows]
    found = _find_heading(rows)
    heading = (found or 0) if has_heading else None
    if has_heading is None:
        heading = found
    above, body = (rows[:heading], rows[heading + 1 :]) if heading is not None else ([], rows)
    whole = [(line, cells) for line, cells in body if line not in single]
    result = PastedPeople(rows=whole, heading=rows[heading][1] if heading is not None else [], addresses=addresses)
    headed = address_columns(result.heading)
    if columns is None:
        known = columns_of(result.heading) if result.heading else [""] * width
        result.columns, result.unsure = find_columns([cells for _line, cells in whole], known)
        if any(_is_shifted(result, cells, headed) for _line, cells in whole):
            result.unsure = [n for n, column in enumerate(result.columns) if column or n in headed]
    else:
        result.columns = _chosen(columns, width)
    for line, cells in above:
        result.add_without_address(line, _joined(cells), read_name(_joined(cells)))
    for line, cells in body:
        if line in single:
            add_line(result, line, cells[0])
        else:
            _read_row(result, line, cells, headed)
    return result


def _is_shifted(result: PastedPeople, cells: list[str], headed: Sequence[int]) -> bool:
    """Return whether the address is in another column, as when a comma in a name isn't quoted or a cell is missing.

    With headings, that is a column without one. The columns of `headed` should have the address, or those that are used
    if no heading says so.
    """
    others = [cell for cell, heading in zip(cells, result.heading or [""] * len(cells), strict=False) if not heading]
    used = [n for n, column in enumerate(result.columns) if column and (result.heading or column == "email")]
    return bool(_addresses(others)) and not _addresses(cells[n] for n in headed or used)


def _chosen(columns: Sequence[str], width: int) -> list[str]:
    chosen = [column if column in COLUMNS else "" for column in columns][:width]
    return chosen + [""] * (width - len(chosen))


def _joined(cells: list[str]) -> str:
    """Return the row as a text, without numbers that only count the rows."""
    with_letters = [cell for cell in cells if has_letter(cell)]
    return " ".join(with_letters or filter(None, cells))


def _read_row(result: PastedPeople, line: int, cells: list[str], headed: Sequence[int]) -> None:
    """Read a row. The columns of `headed` have addresses, too."""
    values: dict[str, str] = {}
    for column, cell in zip(result.columns, cells, strict=True):
        if column != "email" and is_address(cell):  # in the wrong column, as in a row with fewer cells
            continue
        values[column] = f"{values[column]} {cell}".strip() if column in values else cell
    found = _unique([values["email"], *(cells[n] for n in headed)]) or _unique(cells) if "email" in values else []
    if not found:
        result.add_without_address(line, _joined(cells), _name_in(values))
        return
    email, *others = found
    result.add([named_person(email, _name_in(values, email), line)])
    for other in others:
        result.leave_out(line, other, Reason.SECOND_ADDRESS, line)


def _addresses(cells: Iterable[str]) -> list[str]:
    return [address for cell in cells for found in ADDRESS.findall(cell) if (address := clean_address(found))]


def _unique(cells: Iterable[str]) -> list[str]:
    unique: dict[str, str] = {}
    for address in _addresses(cells):
        unique.setdefault(address.casefold(), address)
    return list(unique.values())


def _name_in(values: Mapping[str, str], email: str = "") -> Name:
    first, last = values.get("first_name", ""), values.get("last_name", "")
    return Name(first, last) if first or last else read_name(values.get("name", ""), email)
