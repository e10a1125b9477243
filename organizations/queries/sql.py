"""Helpers for hand-written SQL, which is needed because the ORM can't limit each part of a union on every database."""

from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import UUIDField

_FIELD = UUIDField()


def adapt_uuid(key: UUID) -> Any:
    """Return the id as a parameter for the current database (SQLite has no UUID type)."""
    return _FIELD.get_db_prep_value(key, connection)


def convert_uuid(value: Any) -> UUID:
    """Return the id that the database returned as a UUID."""
    return value if isinstance(value, UUID) else UUID(value)


def placeholders(values: list) -> str:
    """Return the placeholders of an IN list for these values."""
    return ", ".join(["%s"] * len(values))
