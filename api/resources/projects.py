"""Projects as resources."""

from api.schemas.projects import Project
from organizations import models


def describe_project(project: models.Project) -> Project:
    """Return the resource of a project. No query."""
    return Project(
        id=project.pk,
        name=project.name,
        description=project.description,
        archived_at=project.archived_at,
        created_at=project.created_at,
    )
