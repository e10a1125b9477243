"""Roles in responses and requests."""

from typing import Annotated

from pydantic import Field

from api.schemas.inputs import Description, Name, optional
from api.schemas.references import name
from api.schemas.types import Id, Input, Output
from organizations.permissions import Permission


class Role(Output):
    """A role: a named set of permissions."""

    id: Id
    name: name("Builder")
    description: str = Field(max_length=500)
    built_in: bool = Field(description="Built-in roles can’t be changed or deleted.")
    administrative: bool = Field(description="Whether the role includes an administrative permission.")
    permissions: list[Permission] = Field(max_length=len(Permission))


class RoleList(Output):
    """All roles of the organization, highest first."""

    items: list[Role] = Field(max_length=60)


Permissions = Annotated[
    list[Permission],
    Field(
        min_length=1,
        max_length=len(Permission),
        description="Permissions. Permissions that they require are added.",
        examples=[["workspace.view", "people.view"]],
    ),
]


class NewRole(Input):
    """A custom role to create."""

    name: Name
    description: Description = ""
    permissions: Permissions


class RoleChange(Input):
    """Changes to a custom role. Omitted fields stay the same."""

    name: Name = optional()
    description: Description = optional()
    permissions: Permissions = optional()
