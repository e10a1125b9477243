"""A group's members and projects."""

from uuid import UUID

from django.http import HttpResponse
from ninja import Router

from api.auth import ApiRequest
from api.lookups import get_group, get_member
from api.operations import operation
from api.paging import PAGE_SIZE, After, Limit, page_of, reply_page
from api.problems import not_found
from api.replies import reply
from api.resources.members import refer, refer_to_member
from api.schemas.references import MemberReferencePage, ReferencePage
from organizations.models import Group, GroupMembership, Membership, Project, ProjectGrant
from organizations.permissions import Permission
from organizations.queries import project_in
from organizations.services import (
    add_to_group,
    grant_group_projects,
    lock_actor,
    remove_from_group,
    revoke_projects,
)

router = Router()
P = Permission


def _locked(request: ApiRequest, group_id: UUID) -> tuple[Membership, Group]:
    actor = lock_actor(request.auth)
    return actor, get_group(actor.organization, group_id)


def _project(actor: Membership, project_id: UUID) -> Project:
    """Return a project of the organization, even if the actor can't open it. Raises Problem (404)."""
    project = project_in(actor.organization, project_id)
    if project is None:
        raise not_found("project")
    return project


@router.get(
    "/{uuid:group_id}/members",
    **operation(
        "groups:read",
        id="list_group_members",
        summary="List a group’s members",
        description="Sorted by when they were added.",
        permission=P.PEOPLE_VIEW,
        returns=MemberReferencePage,
    ),
)
def list_members(request: ApiRequest, group_id: UUID, after: After, limit: Limit = PAGE_SIZE) -> HttpResponse:
    links = GroupMembership.objects.filter(group=get_group(request.organization, group_id))
    page, cursor = page_of(request, links.select_related("membership"), after=after, limit=limit)
    return reply_page(request, MemberReferencePage, [refer_to_member(link.membership) for link in page], cursor)


@router.put(
    "/{uuid:group_id}/members/{uuid:member_id}",
    **operation(
        "groups:write",
        id="put_group_member",
        summary="Add a member to a group",
        description="Pending and deactivated members can be added too. No one can add people to a group whose roles "
        "allow more than their own. Members of groups with “managed_by”: “scim” can’t be changed.",
        permission=P.GROUPS_MANAGE,
    ),
)
def put_member(request: ApiRequest, group_id: UUID, member_id: UUID) -> HttpResponse:
    actor, group = _locked(request, group_id)
    add_to_group(actor=actor, group=group, members=[get_member(actor.organization, member_id)])
    return reply()


@router.delete(
    "/{uuid:group_id}/members/{uuid:member_id}",
    **operation(
        "groups:write",
        id="delete_group_member",
        summary="Remove a member from a group",
        description="The member loses access that they had only through the group.",
        permission=P.GROUPS_MANAGE,
    ),
)
def delete_member(request: ApiRequest, group_id: UUID, member_id: UUID) -> HttpResponse:
    actor, group = _locked(request, group_id)
    if not remove_from_group(actor=actor, group=group, members=[get_member(actor.organization, member_id)]):
        raise not_found("member of this group")
    return reply()


@router.get(
    "/{uuid:group_id}/projects",
    **operation(
        "groups:read",
        id="list_group_projects",
        summary="List a group’s projects",
        description="Projects that the group gives access to, except archived ones.",
        permission=P.PEOPLE_VIEW,
        returns=ReferencePage,
    ),
)
def list_projects(request: ApiRequest, group_id: UUID, after: After, limit: Limit = PAGE_SIZE) -> HttpResponse:
    group = get_group(request.organization, group_id)
    grants = ProjectGrant.objects.filter(group=group, group__isnull=False, project__archived_at=None)
    page, cursor = page_of(request, grants.select_related("project"), after=after, limit=limit, order=("project_id",))
    return reply_page(request, ReferencePage, [refer(grant.project) for grant in page], cursor)


@router.put(
    "/{uuid:group_id}/projects/{uuid:project_id}",
    **operation(
        "groups:write",
        id="put_group_project",
        summary="Give a group access to a project",
        permission=P.GROUPS_MANAGE,
    ),
)
def put_project(request: ApiRequest, group_id: UUID, project_id: UUID) -> HttpResponse:
    actor, group = _locked(request, group_id)
    project = _project(actor, project_id)
    grant_group_projects(actor=actor, group=group, projects=[project])
    return reply()


@router.delete(
    "/{uuid:group_id}/projects/{uuid:project_id}",
    **operation(
        "groups:write",
        id="delete_group_project",
        summary="Remove a group’s access to a project",
        permission=P.GROUPS_MANAGE,
    ),
)
def delete_project(request: ApiRequest, group_id: UUID, project_id: UUID) -> HttpResponse:
    actor, group = _locked(request, group_id)
    project = _project(actor, project_id)
    if not revoke_projects(actor=actor, organization=actor.organization, projects=[project], groups=[group]):
        raise not_found("project of this group")
    return reply()
