"""The provisioning log as CSV, safe to open in a spreadsheet. Times are ISO 8601 in UTC; bodies are left out."""

from collections.abc import Iterator
from datetime import UTC

from django.utils.translation import gettext as _

from base.spreadsheets import BOM, csv_line
from console.provisioning.log import LogParams, iterate_entries
from console.provisioning.log_texts import action_label
from organizations.models import Organization


def export_lines(organization: Organization, params: LogParams, separator: str = ",") -> Iterator[str]:
    """Yield the file in chunks."""
    heads = [_("Time"), _("Request"), _("About"), _("Result"), _("Milliseconds"), _("Method"), _("Path"), _("Note")]
    yield BOM + csv_line([*heads, _("Reference")], separator)
    for entries in iterate_entries(organization, params):
        yield "".join(
            csv_line(
                (
                    entry.at.astimezone(UTC).isoformat(timespec="seconds"),
                    action_label(entry.action),
                    entry.about,
                    entry.status,
                    entry.milliseconds,
                    entry.method,
                    entry.path,
                    entry.note,
                    entry.reference,
                ),
                separator,
            )
            for entry in entries
        )
