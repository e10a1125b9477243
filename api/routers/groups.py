"""Groups and their roles. Their members and projects are in api.routers.group_links."""

from typing import Annotated
from uuid import UUID

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from ninja import Query, Router

from api.auth import ApiRequest
from api.etags import require_match
from api.lookups import get_group, get_role, name_taken
from api.operations import Link, operation
from api.paging import PAGE_SIZE, After, Limit, page_of, reply_page
from api.problems import not_found
from api.replies import reply
from api.resources.groups import describe_group, describe_groups
from api.schemas import groups as schemas
from organizations.models import Group, Membership
from organizations.permissions import Permission
from organizations.queries import groups_in, matching_names
from organizations.services import change_group_roles, create_group, delete_group, edit_group, lock_actor

router = Router()
LINKED = ("get_group", "update_group", "delete_group")
LINKS = tuple(Link(name, {"group_id": "$response.body#/id"}) for name in LINKED)
FIRST = tuple(Link(name, {"group_id": "$response.body#/items/0/id"}) for name in ("get_group", "list_group_members"))


def _locked(request: ApiRequest, group_id: UUID) -> tuple[Membership, Group]:
    """Lock the organization, and return the actor and the group. Raises Problem (404, 412)."""
    actor = lock_actor(request.auth)
    group = get_group(actor.organization, group_id)
    require_match(request, describe_group(group))
    return actor, group


@router.get(
    "",
    **operation(
        "groups:read",
        id="list_groups",
        summary="List groups",
        description="Sorted by name.",
        permission=Permission.PEOPLE_VIEW,
        returns=schemas.GroupPage,
        links=FIRST,
    ),
)
def list_groups(
    request: ApiRequest,
    q: Annotated[str, Query("", max_length=100, description="Part of the name.")],
    after: After,
    limit: Limit = PAGE_SIZE,
) -> HttpResponse:
    groups = groups_in(request.organization)
    if q:
        groups = matching_names(groups, q)
    page, cursor = page_of(request, groups, after=after, limit=limit, order=("sort_name", "id"))
    return reply_page(request, schemas.GroupPage, describe_groups(request.organization, page), cursor)


@router.post(
    "",
    **operation(
        "groups:write",
        id="create_group",
        summary="Create a group",
        description="Names are unique and not case-sensitive.",
        permission=Permission.GROUPS_MANAGE,
        returns=schemas.Group,
        status=201,
        versioned=True,
        conflicts=True,
        links=LINKS,
    ),
)
def create_one(request: ApiRequest, payload: schemas.NewGroup) -> HttpResponse:
    actor = lock_actor(request.auth)
    try:
        with transaction.atomic():
            group = create_group(
                actor=actor, organization=actor.organization, name=payload.name, description=payload.description
            )
    except IntegrityError:
        raise name_taken("group", payload.name) from None
    return reply(describe_group(group), status=201, etag=True, Location=f"{request.path}/{group.pk}")


@router.get(
    "/{uuid:group_id}",
    **operation(
        "groups:read",
        id="get_group",
        summary="Get a group",
        permission=Permission.PEOPLE_VIEW,
        returns=schemas.Group,
        versioned=True,
    ),
)
def get_one(request: ApiRequest, group_id: UUID) -> HttpResponse:
    return reply(describe_group(get_group(request.organization, group_id)), etag=True)


@router.patch(
    "/{uuid:group_id}",
    **operation(
        "groups:write",
        id="update_group",
        summary="Rename or describe a group",
        description="Groups with “managed_by”: “scim” can’t be renamed.",
        permission=Permission.GROUPS_MANAGE,
        returns=schemas.Group,
        versioned=True,
        conflicts=True,
    ),
)
def update_one(request: ApiRequest, group_id: UUID, payload: schemas.GroupChange) -> HttpResponse:
    actor, group = _locked(request, group_id)
    given = payload.model_fields_set
    name = payload.name if "name" in given else group.name
    description = payload.description if "description" in given else group.description
    try:
        with transaction.atomic():
            edit_group(actor=actor, group=group, name=name, description=description)
    except IntegrityError:
        raise name_taken("group", name) from None
    return reply(describe_group(get_group(actor.organization, group_id)), etag=True)


@router.delete(
    "/{uuid:group_id}",
    **operation(
        "groups:write",
        id="delete_group",
        summary="Delete a group",
        description="Its members stay in the organization and lose access that they had only through the group.",
        permission=Permission.GROUPS_MANAGE,
        versioned=True,
    ),
)
def delete_one(request: ApiRequest, group_id: UUID) -> HttpResponse:
    actor, group = _locked(request, group_id)
    delete_group(actor=actor, group=group)
    return reply()


@router.put(
    "/{uuid:group_id}/roles/{uuid:role_id}",
    **operation(
        "groups:write",
        id="put_group_role",
        summary="Give a group a role",
        description="Members have the role while they are in the group.",
        permission=Permission.GROUPS_MANAGE,
        returns=schemas.Group,
        versioned=True,
    ),
)
def put_role(request: ApiRequest, group_id: UUID, role_id: UUID) -> HttpResponse:
    actor, group = _locked(request, group_id)
    change_group_roles(actor=actor, group=group, add=[get_role(actor.organization, role_id)])
    return reply(describe_group(group), etag=True)


@router.delete(
    "/{uuid:group_id}/roles/{uuid:role_id}",
    **operation(
        "groups:write",
        id="delete_group_role",
        summary="Remove a role from a group",
        permission=Permission.GROUPS_MANAGE,
        versioned=True,
    ),
)
def delete_role(request: ApiRequest, group_id: UUID, role_id: UUID) -> HttpResponse:
    actor, group = _locked(request, group_id)
    _added, removed = change_group_roles(actor=actor, group=group, remove=[get_role(actor.organization, role_id)])
    if not removed:
        raise not_found("role of this group")
    return reply()
