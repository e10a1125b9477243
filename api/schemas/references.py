"""Short forms of resources, for use inside other resources."""

from typing import Annotated, Any

from pydantic import Field

from api.schemas.types import Id, Output
from organizations.models import ManagedBy, Status

# Maximum lengths of lists that grow with the organization.
MANY = 100_000


def name(example: str) -> Any:
    """Return the type of a name of up to 100 characters."""
    return Annotated[str, Field(max_length=100, examples=[example])]


Cursor = Annotated[str | None, Field(max_length=1000, description="The cursor of the next page; null on the last.")]
Email = Annotated[str, Field(max_length=254, examples=["nadia@acme.example"])]


class Reference(Output):
    """Id and name of a role, group or project."""

    id: Id
    name: name("Marketing")


References = Annotated[list[Reference], Field(max_length=MANY)]


class RoleThroughGroup(Output):
    """A role that a member has while they are in a group."""

    role: Reference
    group: Reference


class MemberReference(Output):
    """A member of a group or project."""

    id: Id
    name: str = Field(max_length=254, examples=["Nadia Petrov"])
    email: Email
    status: Status = Field(description="The stored status: “invited” until the invitation is accepted.")
    managed_by: ManagedBy


class MemberReferencePage(Output):
    """A page of a group's or project's members."""

    items: list[MemberReference] = Field(max_length=200)
    next: Cursor


class ReferencePage(Output):
    """A page of groups or projects, by id and name."""

    items: list[Reference] = Field(max_length=200)
    next: Cursor
