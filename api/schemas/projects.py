"""Projects in responses and requests."""

from pydantic import Field

from api.schemas.inputs import Description, Name, optional
from api.schemas.references import Cursor, name
from api.schemas.types import Id, Input, Output, Time


class Project(Output):
    """A project. Archived ones are read-only until they are restored."""

    id: Id
    name: name("Website")
    description: str = Field(max_length=500)
    archived_at: Time | None
    created_at: Time


class ProjectPage(Output):
    """A page of projects."""

    items: list[Project] = Field(max_length=200)
    next: Cursor


class NewProject(Input):
    """A project to create. No one has direct access to it yet."""

    name: Name
    description: Description = ""


class ProjectChange(Input):
    """Changes to a project. Omitted fields stay the same."""

    name: Name = optional()
    description: Description = optional()
