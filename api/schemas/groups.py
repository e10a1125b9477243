"""Groups in responses and requests."""

from pydantic import Field

from api.schemas.inputs import Description, Name, optional
from api.schemas.references import Cursor, References, name
from api.schemas.types import Id, Input, Output, Time
from organizations.models import ManagedBy


class Group(Output):
    """A group. Its members have its roles and can access its projects."""

    id: Id
    name: name("Marketing")
    description: str = Field(max_length=500)
    managed_by: ManagedBy = Field(description="“scim”: the identity provider manages the name and members.")
    roles: References = Field(description="Roles that members have while they are in the group.")
    created_at: Time


class GroupPage(Output):
    """A page of groups."""

    items: list[Group] = Field(max_length=200)
    next: Cursor


class NewGroup(Input):
    """A group to create. It has no members, roles or projects yet."""

    name: Name
    description: Description = ""


class GroupChange(Input):
    """Changes to a group. Omitted fields stay the same."""

    name: Name = optional()
    description: Description = optional()
