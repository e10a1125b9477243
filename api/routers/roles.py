"""Built-in and custom roles."""

from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router

from api.auth import ApiRequest
from api.etags import require_match
from api.lookups import get_role
from api.operations import Link, operation
from api.problems import Problem, invalid
from api.replies import reply
from api.resources.roles import describe_role
from api.schemas import roles as schemas
from api.schemas.types import Id
from base.policies import require
from invitations.queries import drafts_with_role
from invitations.services import retire_role
from organizations.models import Membership, Role
from organizations.permissions import Permission
from organizations.policies import can_delete_role
from organizations.queries import role_in, role_uses, roles_in
from organizations.services import RoleFields, RoleNameTaken, create_role, edit_role, lock_actor

router = Router()
LINKS = tuple(Link(name, {"role_id": "$response.body#/id"}) for name in ("get_role", "update_role", "delete_role"))


def _locked(request: ApiRequest, role_id: UUID) -> tuple[Membership, Role]:
    """Lock the organization, and return the actor and the role. Raises Problem (404, 412)."""
    actor = lock_actor(request.auth)
    role = get_role(actor.organization, role_id)
    require_match(request, describe_role(role))
    return actor, role


@router.get(
    "",
    **operation(
        "roles:read",
        id="list_roles",
        summary="List roles",
        description="All roles that members can have, highest first, on one page.",
        permission=Permission.PEOPLE_VIEW,
        returns=schemas.RoleList,
        links=(Link("get_role", {"role_id": "$response.body#/items/0/id"}),),
    ),
)
def list_roles(request: ApiRequest) -> HttpResponse:
    return reply(schemas.RoleList(items=[describe_role(role) for role in roles_in(request.organization)]))


@router.post(
    "",
    **operation(
        "roles:write",
        id="create_role",
        summary="Create a custom role",
        description="No one can create a role with an administrative permission that they don’t have. An organization "
        "can have at most 50 custom roles.",
        permission=Permission.ROLES_MANAGE,
        returns=schemas.Role,
        status=201,
        versioned=True,
        conflicts=True,
        links=LINKS,
    ),
)
def create_one(request: ApiRequest, payload: schemas.NewRole) -> HttpResponse:
    actor = lock_actor(request.auth)
    fields = RoleFields(payload.name, payload.description, frozenset(payload.permissions))
    try:
        role = create_role(actor=actor, fields=fields)
    except RoleNameTaken as error:
        raise Problem(409, str(error)) from None
    return reply(describe_role(role), status=201, etag=True, Location=f"{request.path}/{role.pk}")


@router.get(
    "/{uuid:role_id}",
    **operation(
        "roles:read",
        id="get_role",
        summary="Get a role",
        permission=Permission.PEOPLE_VIEW,
        returns=schemas.Role,
        versioned=True,
    ),
)
def get_one(request: ApiRequest, role_id: UUID) -> HttpResponse:
    return reply(describe_role(get_role(request.organization, role_id)), etag=True)


@router.patch(
    "/{uuid:role_id}",
    **operation(
        "roles:write",
        id="update_role",
        summary="Update a custom role",
        description="Its members and groups get the new permissions immediately.",
        permission=Permission.ROLES_MANAGE,
        returns=schemas.Role,
        versioned=True,
        conflicts=True,
    ),
)
def update_one(request: ApiRequest, role_id: UUID, payload: schemas.RoleChange) -> HttpResponse:
    actor, role = _locked(request, role_id)
    seen, given = RoleFields.of(role), payload.model_fields_set
    fields = RoleFields(
        payload.name if "name" in given else seen.name,
        payload.description if "description" in given else seen.description,
        frozenset(payload.permissions) if "permissions" in given else seen.permissions,
    )
    try:
        edit_role(actor=actor, role=role, seen=seen, fields=fields)
    except RoleNameTaken as error:
        raise Problem(409, str(error)) from None
    return reply(describe_role(get_role(actor.organization, role_id)), etag=True)


@router.delete(
    "/{uuid:role_id}",
    **operation(
        "roles:write",
        id="delete_role",
        summary="Delete a custom role",
        description="Its members and groups get the replacement role, which is required if there are any.",
        permission=Permission.ROLES_MANAGE,
        versioned=True,
        conflicts=True,
    ),
)
def delete_one(
    request: ApiRequest,
    role_id: UUID,
    replacement: Annotated[Id | None, Query(None, description="The id of the role that its members get instead.")],
) -> HttpResponse:
    actor, role = _locked(request, role_id)
    instead = role_in(actor.organization, replacement) if replacement else None
    if replacement and (instead is None or instead == role):
        raise invalid("replacement", _("Choose another role."))
    require(can_delete_role(actor, role))
    if instead is None and _is_used(actor, role):
        raise Problem(409, _("%(role)s is in use. Choose a replacement role.") % {"role": role.label})
    retire_role(actor=actor, role=role, replacement=instead)
    return reply()


def _is_used(actor: Membership, role: Role) -> bool:
    used = role_uses(actor.organization, [role])[role.pk]
    return bool(used) or drafts_with_role(actor.organization, role).exists()
