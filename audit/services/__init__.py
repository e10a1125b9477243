"""Writes of the audit log: recording entries, sealing them, retention and streams."""

from audit.services.entries import record, record_each, record_many

__all__ = ["record", "record_each", "record_many"]
