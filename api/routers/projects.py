"""Projects. Their members and groups are in api.routers.project_links."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from ninja import Query, Router

from api.auth import ApiRequest
from api.etags import require_match
from api.lookups import get_project, name_taken
from api.operations import Link, operation
from api.paging import PAGE_SIZE, After, Limit, page_of, reply_page
from api.replies import reply
from api.resources.projects import describe_project
from api.schemas import projects as schemas
from organizations import models
from organizations.models import Membership
from organizations.permissions import Permission
from organizations.policies import can_manage_projects
from organizations.queries import accessible_projects, archived_projects, matching_names
from organizations.services import archive_project, create_project, edit_project, lock_actor, restore_project

router = Router()
LINKED = ("get_project", "update_project")
LINKS = tuple(Link(name, {"project_id": "$response.body#/id"}) for name in LINKED)
FIRST = tuple(Link(name, {"project_id": "$response.body#/items/0/id"}) for name in LINKED)


def _locked(request: ApiRequest, project_id: UUID) -> tuple[Membership, models.Project]:
    """Lock the organization, and return the actor and the project. Raises Problem (404, 412)."""
    actor = lock_actor(request.auth)
    project = get_project(actor, project_id)
    require_match(request, describe_project(project))
    return actor, project


@router.get(
    "",
    **operation(
        "projects:read",
        id="list_projects",
        summary="List projects",
        description="Projects that the key’s owner can access, by name. An organization’s key can access all of them.",
        permission=Permission.WORKSPACE_VIEW,
        returns=schemas.ProjectPage,
        links=FIRST,
    ),
)
def list_projects(
    request: ApiRequest,
    q: Annotated[str, Query("", max_length=100, description="Part of the name.")],
    archived: Annotated[
        bool,
        Query(False, description="Return archived projects instead. Empty without permission to manage projects."),
    ],
    after: After,
    limit: Limit = PAGE_SIZE,
) -> HttpResponse:
    actor = request.auth
    projects = accessible_projects(actor)
    if archived:
        projects = archived_projects(request.organization)
        projects = projects if can_manage_projects(actor) else projects.none()
    if q:
        projects = matching_names(projects, q)
    page, cursor = page_of(request, projects, after=after, limit=limit, order=("sort_name", "id"))
    return reply_page(request, schemas.ProjectPage, [describe_project(project) for project in page], cursor)


@router.post(
    "",
    **operation(
        "projects:write",
        id="create_project",
        summary="Create a project",
        description="Names are unique, also among archived projects, and not case-sensitive.",
        permission=Permission.PROJECTS_MANAGE,
        returns=schemas.Project,
        status=201,
        versioned=True,
        conflicts=True,
        links=LINKS,
    ),
)
def create_one(request: ApiRequest, payload: schemas.NewProject) -> HttpResponse:
    actor = lock_actor(request.auth)
    try:
        with transaction.atomic():
            project = create_project(
                actor=actor, organization=actor.organization, name=payload.name, description=payload.description
            )
    except IntegrityError:
        raise name_taken("project", payload.name) from None
    return reply(describe_project(project), status=201, etag=True, Location=f"{request.path}/{project.pk}")


@router.get(
    "/{uuid:project_id}",
    **operation(
        "projects:read",
        id="get_project",
        summary="Get a project",
        description="Archived projects are only returned to keys that can manage projects.",
        permission=Permission.WORKSPACE_VIEW,
        returns=schemas.Project,
        versioned=True,
    ),
)
def get_one(request: ApiRequest, project_id: UUID) -> HttpResponse:
    return reply(describe_project(get_project(request.auth, project_id)), etag=True)


@router.patch(
    "/{uuid:project_id}",
    **operation(
        "projects:write",
        id="update_project",
        summary="Rename or describe a project",
        permission=Permission.PROJECTS_EDIT,
        returns=schemas.Project,
        versioned=True,
        conflicts=True,
    ),
)
def update_one(request: ApiRequest, project_id: UUID, payload: schemas.ProjectChange) -> HttpResponse:
    actor, project = _locked(request, project_id)
    given = payload.model_fields_set
    name = payload.name if "name" in given else project.name
    description = payload.description if "description" in given else project.description
    try:
        with transaction.atomic():
            edit_project(actor=actor, project=project, name=name, description=description)
    except IntegrityError:
        raise name_taken("project", name) from None
    return reply(describe_project(get_project(actor, project_id)), etag=True)


def _archive(request: ApiRequest, project_id: UUID, service: Callable[..., models.Project]) -> HttpResponse:
    actor, project = _locked(request, project_id)
    return reply(describe_project(service(actor=actor, project=project)), etag=True)


@router.post(
    "/{uuid:project_id}/archive",
    **operation(
        "projects:write",
        id="archive_project",
        summary="Archive a project",
        description="Makes it read-only and hides it from lists. Restoring it brings back everyone’s access.",
        permission=Permission.PROJECTS_MANAGE,
        returns=schemas.Project,
        versioned=True,
    ),
)
def archive(request: ApiRequest, project_id: UUID) -> HttpResponse:
    return _archive(request, project_id, archive_project)


@router.post(
    "/{uuid:project_id}/restoration",
    **operation(
        "projects:write",
        id="restore_project",
        summary="Restore an archived project",
        permission=Permission.PROJECTS_MANAGE,
        returns=schemas.Project,
        versioned=True,
    ),
)
def restore(request: ApiRequest, project_id: UUID) -> HttpResponse:
    return _archive(request, project_id, restore_project)
