"""Reads of the audit log."""

from audit.queries.entries import (
    creator_label,
    entries_about,
    entries_after,
    entries_for_target,
    entries_in,
    entries_with_actions,
    get_entry,
    recent_entries,
)
from audit.queries.streams import due_streams, get_stream, streams_of, waiting_entries
from audit.queries.verification import Report, verify, verify_all

__all__ = [
    "Report",
    "creator_label",
    "due_streams",
    "entries_about",
    "entries_after",
    "entries_for_target",
    "entries_in",
    "entries_with_actions",
    "get_entry",
    "get_stream",
    "recent_entries",
    "streams_of",
    "verify",
    "verify_all",
    "waiting_entries",
]
