"""A view of the Users page as CSV (U-17), safe to open in a spreadsheet. Times are ISO 8601 in UTC."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from base.spreadsheets import BOM, csv_line
from console.users.columns import COLUMNS
from console.users.selection import Selection, iterate_selected
from organizations.models import Organization


def export_lines(
    organization: Organization, selection: Selection, now: datetime, separator: str = ","
) -> Iterator[str]:
    """Yield the file in chunks: name, email and the columns that the view shows."""
    columns = [column for name in selection.params.shown if (column := COLUMNS[name]).csv]
    yield BOM + csv_line([_("Name"), _("Email"), *(str(column.label) for column in columns)], separator)
    for members in iterate_selected(organization, selection, now):
        yield "".join(
            csv_line([member.name, member.email, *(column.csv(member) for column in columns)], separator)
            for member in members
        )
