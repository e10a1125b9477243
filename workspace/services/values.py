"""Values of a record, and snapshots to detect changes by others."""

from dataclasses import dataclass, field, fields
from typing import Any

from organizations.models import Membership, Project
from workspace.models import Destination, Record, Source, State


@dataclass(frozen=True)
class RecordValues:
    """The fields that all types have."""

    name: str
    description: str = ""
    owner: Membership | None = None
    project: Project | None = None
    state: str = State.ACTIVE


@dataclass(frozen=True)
class ConnectionValues(RecordValues):
    """The fields of a source or a destination. A blank `secret` keeps the one that is saved."""

    kind: str = ""
    address: str = ""
    username: str = ""
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class PipelineValues(RecordValues):
    source: Source
    destination: Destination


def as_text(value: Any) -> str:
    """Return a field's value as text: the id of a row, "" for nothing."""
    return "" if value is None else str(getattr(value, "pk", value))


# The fields to compare, in the order of the forms. For the secret, only the time of its last change.
COMPARED = (
    "name", "description", "kind", "project_id", "owner_id", "state", "source_id", "destination_id", "address",
    "username", "secret_changed_at", "archived_at",
)  # fmt: skip


def snapshot(record: Record) -> dict[str, str]:
    """Return the record's fields as text, without secrets. Two snapshots differ if someone changed the record."""
    return {name: as_text(getattr(record, name)) for name in COMPARED if hasattr(record, name)}


def changed_fields(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Return the names of the fields in which two snapshots differ."""
    return [name for name in COMPARED if before.get(name, "") != after.get(name, "")]


def assign(record: Record, values: RecordValues) -> None:
    """Set the record's fields, but not its secret."""
    for each in fields(values):
        if each.name != "secret":
            setattr(record, each.name, getattr(values, each.name))
