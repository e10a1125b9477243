"""Types of values that the API reads and returns."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictBool,
    StrictInt,
    WithJsonSchema,
)

from organizations.scopes import SCOPES

EXAMPLE_ID = "0197f3a2-1c5e-7d3a-9b61-5f2f0c1a7e44"
EXAMPLE_TIME = "2026-03-02T09:30:00Z"


class Output(BaseModel):
    """Base of responses. All properties are always present."""

    model_config = ConfigDict(from_attributes=True, json_schema_serialization_defaults_required=True)


class Input(BaseModel):
    """Base of request bodies. Unknown properties are rejected, and values aren't converted."""

    model_config = ConfigDict(extra="forbid")


def _parse_id(value: object) -> UUID:
    """Accept an id only as the API writes it, so that each resource has one URL."""
    if isinstance(value, UUID):
        return value
    if isinstance(value, str) and len(value) == 36:
        try:
            parsed = UUID(value)
        except ValueError:
            parsed = None
        if parsed and str(parsed) == value.lower():
            return parsed
    raise ValueError("This must be an id.")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("This must be a string.")
    return value


def _utc(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


ID_SCHEMA = {"type": "string", "format": "uuid", "minLength": 36, "maxLength": 36, "examples": [EXAMPLE_ID]}
Id = Annotated[UUID, BeforeValidator(_parse_id), WithJsonSchema(ID_SCHEMA)]
Text = Annotated[str, BeforeValidator(_text)]
Time = Annotated[
    datetime,
    PlainSerializer(_utc, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "maxLength": 35, "examples": [EXAMPLE_TIME]}),
]
Bool, Int = StrictBool, StrictInt
ScopeName = Annotated[str, Field(json_schema_extra={"enum": list(SCOPES)})]
Slug = Annotated[str, Field(max_length=60, pattern=r"^[-a-zA-Z0-9_]+$")]

__all__ = ["EXAMPLE_ID", "EXAMPLE_TIME", "Bool", "Id", "Input", "Int", "Output", "ScopeName", "Slug", "Text", "Time"]
