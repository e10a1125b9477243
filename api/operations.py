"""Declaring an operation: its scope, permission, responses and documentation.

@router.get("/{uuid:group_id}", **operation("groups:read", id="get_group", returns=Group, summary="Get a group"))
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ninja.operation import Operation
from pydantic import BaseModel

from api.auth import NeedsKey
from organizations.permissions import Permission


@dataclass(frozen=True)
class Link:
    """A link from a response to another operation. `parameters` are OpenAPI runtime expressions, by name."""

    operation_id: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Notes:
    """What the OpenAPI document says about an operation besides its types.

    `versioned`: it returns an ETag, and changes accept If-Match. `conflicts`: it may return 409.
    `also`: another media type that it can return, with one JSON object per line.
    """

    versioned: bool = False
    conflicts: bool = False
    links: tuple[Link, ...] = ()
    also: str = ""


class Declared(NeedsKey):
    """The check of an operation, with its notes."""

    def __init__(self, scope: str | None, permission: Permission | None, notes: Notes) -> None:
        self.notes = notes
        super().__init__(scope, permission)


def operation(
    scope: str | None,
    *,
    id: str,
    summary: str,
    returns: type[BaseModel] | None = None,
    status: int = 0,
    description: str = "",
    permission: Permission | None = None,
    versioned: bool = False,
    conflicts: bool = False,
    links: tuple[Link, ...] = (),
    also: str = "",
) -> dict[str, Any]:
    """Return the arguments of a router's decorator.

    `scope` None: any access key. `permission`: what the acting member must have besides, 403 otherwise. `status` is
    200, or 204 without `returns`, unless given.
    """
    return {
        "auth": Declared(scope, permission, Notes(versioned, conflicts, links, also)),
        "response": {status or (200 if returns else 204): returns},
        "operation_id": id,
        "url_name": id,
        "summary": summary,
        "description": description or None,
    }


def declared(operation: Operation) -> Declared:
    """Return the check of a router's operation. Every operation must be declared with operation()."""
    (check,) = operation.auth_callbacks
    assert isinstance(check, Declared), operation.path
    return check
