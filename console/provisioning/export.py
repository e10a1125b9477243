"""The provisioning log as CSV, safe to open in a spreadsheet. Times are ISO 8601 in UTC; bodies are left out."""

import csv
from collections.abc import Iterator
from datetime import UTC

from django.utils.translation import gettext as _

from console.provisioning.log import LogParams, iterate_entries
from console.provisioning.log_texts import action_label
from console.users.export import BOM, Echo, escape_formulas
from organizations.models import Organization


def export_lines(organization: Organization, params: LogParams) -> Iterator[str]:
    """Yield the file in chunks."""
    writer = csv.writer(Echo(), quoting=csv.QUOTE_ALL)
    heads = [_("Time"), _("Request"), _("About"), _("Result"), _("Milliseconds"), _("Method"), _("Path"), _("Note")]
    yield BOM + writer.writerow([*heads, _("Reference")])
    for entries in iterate_entries(organization, params):
        yield "".join(
            writer.writerow(
                [
                    escape_formulas(str(cell))
                    for cell in (
                        entry.at.astimezone(UTC).isoformat(timespec="seconds"),
                        action_label(entry.action),
                        entry.about,
                        entry.status,
                        entry.milliseconds,
                        entry.method,
                        entry.path,
                        entry.note,
                        entry.reference,
                    )
                ]
            )
            for entry in entries
        )
