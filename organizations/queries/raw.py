"""Ids in SQL that is written by hand, because the ORM cannot limit each part of a union on every database."""

from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import UUIDField

_FIELD = UUIDField()


def adapt(key: UUID) -> Any:
    """The id as the database in use keeps it (SQLite has no UUIDs)."""
    return _FIELD.get_db_prep_value(key, connection)


def read(value: Any) -> UUID:
    """The id as the database gave it."""
    return value if isinstance(value, UUID) else UUID(value)


def places(values: list) -> str:
    """Placeholders for IN, as many as there are values."""
    return ", ".join(["%s"] * len(values))
