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
from audit.queries.own import own_entries

__all__ = [
    "creator_label",
    "entries_about",
    "entries_after",
    "entries_for_target",
    "entries_in",
    "entries_with_actions",
    "get_entry",
    "own_entries",
    "recent_entries",
]
