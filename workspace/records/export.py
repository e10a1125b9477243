"""A list of records as CSV, safe to open in a spreadsheet. Times are ISO 8601 in UTC."""

from collections.abc import Iterator
from datetime import UTC

from django.utils.translation import gettext as _

from base.spreadsheets import BOM, csv_line
from workspace.models import Connection, Pipeline, Record
from workspace.records.pages import iterate_records
from workspace.records.params import RecordContext, RecordListParams
from workspace.records.queries import visible_project_names
from workspace.records.rendering import owner_label, project_label, state_of
from workspace.records.types import RecordType


def export_lines(context: RecordContext, params: RecordListParams, separator: str = ",") -> Iterator[str]:
    """Yield the file in chunks: what the list shows, and each description, which the list of pipelines leaves out."""
    heads = [_("Name"), _("Description"), *_own_heads(context.record_type)]
    yield BOM + csv_line([*heads, _("Project"), _("Owner"), _("Status"), _("Changed")], separator)
    for records in iterate_records(context, params):
        names = visible_project_names(context.member, (record.project_id for record in records))
        yield "".join(
            csv_line(
                (
                    record.name,
                    record.description,
                    *_own_cells(record),
                    project_label(record.project_id, names),
                    owner_label(record.owner),
                    state_of(record).text,
                    record.changed_at.astimezone(UTC).isoformat(timespec="seconds"),
                ),
                separator,
            )
            for record in records
        )


def _own_heads(record_type: RecordType) -> list[str]:
    if record_type.is_pipeline:
        return [_("Source"), _("Destination")]
    return [_("Kind")] if record_type.is_connection else []


def _own_cells(record: Record) -> list[str]:
    if isinstance(record, Pipeline):
        return [record.source.name, record.destination.name]
    return [record.get_kind_display()] if isinstance(record, Connection) else []
