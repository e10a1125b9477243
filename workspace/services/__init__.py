"""Writing datasets, sources, destinations and pipelines. Each function runs in one transaction with its audit entry."""

from workspace.services.records import (
    RecordConflict,
    archive_record,
    create_record,
    edit_record,
    restore_record,
    undo_record_archive,
)
from workspace.services.values import (
    COMPARED,
    ConnectionValues,
    PipelineValues,
    RecordValues,
    changed_fields,
    snapshot,
)

__all__ = [
    "COMPARED",
    "ConnectionValues",
    "PipelineValues",
    "RecordConflict",
    "RecordValues",
    "archive_record",
    "changed_fields",
    "create_record",
    "edit_record",
    "restore_record",
    "snapshot",
    "undo_record_archive",
]
