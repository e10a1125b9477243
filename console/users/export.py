"""A view of the Users page as CSV (U-17): RFC 4180, every cell in quotes, safe to open in a spreadsheet.

UTF-8 with a byte order mark, without which Excel expects another encoding. Times are ISO 8601 in UTC.
"""

import csv
import re
from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from console.users.columns import COLUMNS
from console.users.selection import Selection, iterate_selected
from organizations.models import Organization

BOM = "\ufeff"
# What a spreadsheet reads as a formula: at the start of a cell, and after a character at which another program may
# split the cell.
FORMULA = re.compile(r"(^|[,;|\"\r\n\t])( *)(?=[=+\-@\t\r\uff1d\uff0b\uff0d\uff20])")


def escape_formulas(text: str) -> str:
    """Return the text with an apostrophe before whatever a spreadsheet would compute."""
    return FORMULA.sub(r"\1'\2", text.replace("\0", ""))


class Echo:
    """A file that returns what is written, so that the csv module formats one line at a time."""

    def write(self, text: str) -> str:
        return text


def export_lines(organization: Organization, selection: Selection, now: datetime) -> Iterator[str]:
    """Yield the file in chunks: name, email and the columns that the view shows."""
    columns = [column for name in selection.params.shown if (column := COLUMNS[name]).csv]
    writer = csv.writer(Echo(), quoting=csv.QUOTE_ALL)
    yield BOM + _row(writer, [_("Name"), _("Email"), *(str(column.label) for column in columns)])
    for members in iterate_selected(organization, selection, now):
        yield "".join(
            _row(writer, [member.name, member.email, *(column.csv(member) for column in columns)]) for member in members
        )


def _row(writer, cells: list[str]) -> str:
    return writer.writerow([escape_formulas(cell) for cell in cells])
