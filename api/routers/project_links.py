"""A project's members and groups."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Router

from api.auth import ApiRequest
from api.lookups import get_group, get_member, get_project
from api.operations import operation
from api.paging import PAGE_SIZE, After, Limit, page_of, reply_page
from api.problems import not_found
from api.replies import reply
from api.resources.members import refer, refer_to_member
from api.schemas.references import MemberReferencePage, ReferencePage
from organizations.models import ProjectGrant
from organizations.permissions import Permission
from organizations.services import grant_projects, lock_actor, revoke_projects

router = Router()
P = Permission
PEOPLE_TOO = "Besides projects:read, it requires a scope that shows people, such as members:read."


@router.get(
    "/{uuid:project_id}/members",
    **operation(
        "projects:read",
        id="list_project_members",
        summary="List members with direct access to a project",
        description=f"Members with direct access to the project, not through a group or role. {PEOPLE_TOO}",
        permission=P.PEOPLE_VIEW,
        returns=MemberReferencePage,
    ),
)
def list_members(request: ApiRequest, project_id: UUID, after: After, limit: Limit = PAGE_SIZE) -> HttpResponse:
    grants = ProjectGrant.objects.filter(project=get_project(request.auth, project_id), membership__isnull=False)
    rows = grants.select_related("membership")
    page, cursor = page_of(request, rows, after=after, limit=limit, order=("membership_id",))
    items = [refer_to_member(grant.membership) for grant in page if grant.membership]
    return reply_page(request, MemberReferencePage, items, cursor)


@router.get(
    "/{uuid:project_id}/groups",
    **operation(
        "projects:read",
        id="list_project_groups",
        summary="List groups with access to a project",
        description=PEOPLE_TOO,
        permission=P.PEOPLE_VIEW,
        returns=ReferencePage,
    ),
)
def list_groups(request: ApiRequest, project_id: UUID, after: After, limit: Limit = PAGE_SIZE) -> HttpResponse:
    grants = ProjectGrant.objects.filter(project=get_project(request.auth, project_id), group__isnull=False)
    rows = grants.select_related("group")
    page, cursor = page_of(request, rows, after=after, limit=limit, order=("group_id",))
    return reply_page(request, ReferencePage, [refer(grant.group) for grant in page if grant.group], cursor)


def _change(request: ApiRequest, project_id: UUID, service: Any, kind: str, owner_id: UUID) -> HttpResponse:
    """Call grant_projects() or revoke_projects() for one project, and one member or group."""
    actor = lock_actor(request.auth)
    project = get_project(actor, project_id)
    owner = (get_member if kind == "member" else get_group)(actor.organization, owner_id)
    changes = service(actor=actor, organization=actor.organization, projects=[project], **{f"{kind}s": [owner]})
    if service is revoke_projects and not changes:
        raise not_found(f"{kind} with access to this project")
    return reply()


@router.put(
    "/{uuid:project_id}/members/{uuid:member_id}",
    **operation(
        "projects:write",
        id="put_project_member",
        summary="Give a member access to a project",
        permission=P.PROJECTS_MANAGE,
    ),
)
def put_member(request: ApiRequest, project_id: UUID, member_id: UUID) -> HttpResponse:
    return _change(request, project_id, grant_projects, "member", member_id)


@router.delete(
    "/{uuid:project_id}/members/{uuid:member_id}",
    **operation(
        "projects:write",
        id="delete_project_member",
        summary="Remove a member’s direct access to a project",
        description="They keep any access that they have through a group or role.",
        permission=P.PROJECTS_MANAGE,
    ),
)
def delete_member(request: ApiRequest, project_id: UUID, member_id: UUID) -> HttpResponse:
    return _change(request, project_id, revoke_projects, "member", member_id)


@router.put(
    "/{uuid:project_id}/groups/{uuid:group_id}",
    **operation(
        "projects:write",
        id="put_project_group",
        summary="Give a group access to a project",
        permission=P.PROJECTS_MANAGE,
    ),
)
def put_group(request: ApiRequest, project_id: UUID, group_id: UUID) -> HttpResponse:
    return _change(request, project_id, grant_projects, "group", group_id)


@router.delete(
    "/{uuid:project_id}/groups/{uuid:group_id}",
    **operation(
        "projects:write",
        id="delete_project_group",
        summary="Remove a group’s access to a project",
        permission=P.PROJECTS_MANAGE,
    ),
)
def delete_group(request: ApiRequest, project_id: UUID, group_id: UUID) -> HttpResponse:
    return _change(request, project_id, revoke_projects, "group", group_id)
