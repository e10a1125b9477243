"""What users and groups share: finding a row by the id in the URL, and how values look in JSON."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from scim2_models import NotFoundException

MAX_ATTRIBUTES = 64 * 1024


def parse_id(text: str) -> UUID | None:
    """Return the id if it's written the way this server writes ids, so that no two URLs name one resource."""
    try:
        value = UUID(text) if len(text) == 36 else None
    except ValueError:
        return None
    return value if str(value) == text.lower() else None


def find_row(rows: QuerySet, kind: str, resource_id: str) -> Any:
    """Return the row with this id. Raises NotFoundException, also for another organization's."""
    key = parse_id(resource_id)
    row = rows.filter(pk=key).first() if key else None
    if row is None:
        raise NotFoundException(detail=f"There is no {kind} with this id")
    return row


def timestamp(value: datetime) -> str:
    """Return a time as RFC 7643 wants it, in UTC."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def json_size(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode())
