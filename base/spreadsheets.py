"""Lines of CSV (RFC 4180) that are safe to open in a spreadsheet.

A file starts with BOM, a byte order mark: without it, Excel expects an encoding other than UTF-8.
"""

import csv
import re
from collections.abc import Iterable

BOM = "\ufeff"
# What a spreadsheet reads as a formula: at the start of a cell, and after a character at which another program may
# split the cell.
FORMULA = re.compile(r"(^|[,;|\"\r\n\t])( *)(?=[=+\-@\t\r\uff1d\uff0b\uff0d\uff20])")


def escape_formulas(text: str) -> str:
    """Return the text, with an apostrophe in front if a spreadsheet would run it as a formula."""
    return FORMULA.sub(r"\1'\2", text.replace("\0", ""))


class _Echo:
    """A file that returns what is written, so that the csv module formats one line at a time."""

    def write(self, text: str) -> str:
        return text


def csv_line(cells: Iterable[object], separator: str = ",") -> str:
    """Return the cells as a line, each in quotes and without formulas.

    Where a comma is the decimal sign, spreadsheets expect a semicolon as the separator.
    """
    writer = csv.writer(_Echo(), delimiter=separator, quoting=csv.QUOTE_ALL)
    return writer.writerow([escape_formulas(str(cell)) for cell in cells])
