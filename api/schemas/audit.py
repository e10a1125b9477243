"""Entries of the audit log."""

from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from api.schemas.types import Id, Output, Time
from audit.models import Entry

MAX_SEQUENCE = 9_007_199_254_740_991  # the largest whole number that every JSON reader keeps exactly
Sequence = Annotated[int, Field(ge=0, le=MAX_SEQUENCE, json_schema_extra={"format": "int64"})]
Data = Annotated[
    dict[str, Any],
    WithJsonSchema(
        {"type": "object", "maxProperties": 1000, "additionalProperties": True, "examples": [{"from": "A"}]}
    ),
]


class Party(Output):
    """The actor or target of an entry, with its name at that time."""

    id: Id | None
    name: str = Field(max_length=300, examples=["Olga Ivanova"])


class AuditEntry(Output):
    """Who did what, to whom, when and from where."""

    sequence: Sequence = Field(description="Entries are numbered without gaps, from 1.", examples=[4711])
    id: Id
    at: Time
    action: str = Field(max_length=100, examples=["member.deactivated"])
    actor: Party
    target: Party
    data: Data = Field(description="Details, by action.")
    via: str = Field(
        max_length=300,
        description="What the actor used instead of the browser, such as an access key.",
        examples=["the access key Nightly report"],
    )
    ip: str | None = Field(max_length=45, description="The IP address of the request.", examples=["192.0.2.7"])
    request_id: str = Field(max_length=32, examples=["5f2f0c1a7e44d3b1"])
    hash: str = Field(
        max_length=64, description="The entry’s hash, which includes the previous entry’s hash.", examples=["a3f5…"]
    )


class AuditPage(Output):
    """Entries, oldest first."""

    items: list[AuditEntry] = Field(max_length=200)
    next: Sequence = Field(description="Send it as `after` to get later entries.", examples=[4711])
    more: bool = Field(description="Whether there are more entries now.")


def audit_entry_of(entry: Entry) -> AuditEntry:
    """Return the resource of an entry."""
    return AuditEntry(
        sequence=entry.sequence or 0,
        id=entry.pk,
        at=entry.at,
        action=entry.action,
        actor=Party(id=entry.actor_id, name=entry.actor_label),
        target=Party(id=entry.target_id, name=entry.target_label),
        data=entry.data,
        via=entry.via,
        ip=entry.ip,
        request_id=entry.request_id,
        hash=str(entry.hash or ""),
    )
