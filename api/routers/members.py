"""Members: list, read, change and remove."""

from typing import Annotated
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from ninja import Path, Query, Router

from api.auth import ApiRequest
from api.etags import etag_of, require_match
from api.lookups import get_member
from api.members import change_member, choices, members_page, refuse_batch
from api.operations import Link, operation
from api.paging import PAGE_SIZE, After, Limit, reply_page
from api.problems import Problem, invalid
from api.replies import reply
from api.resources.members import describe_member, summarize_members, version_of
from api.schemas.inputs import Address
from api.schemas.members import Member, MemberByEmail, MemberChange, MemberPage, Sort, StateFilter
from api.schemas.types import Id
from base.forms import first_error
from base.text import canonical_email
from invitations.services import BatchInvalid, Person, invite_people, withdraw_invitation
from organizations.models import Membership, Status
from organizations.permissions import Permission
from organizations.queries import members_by_email
from organizations.services import (
    deactivate_member,
    delete_member,
    lock_actor,
    log_out_member,
    reactivate_member,
    reset_member_two_factor,
)

router = Router()
LINKED = ("get_member", "update_member")
LINKS = tuple(Link(name, {"member_id": "$response.body#/id"}) for name in LINKED)
FIRST = tuple(Link(name, {"member_id": "$response.body#/items/0/id"}) for name in LINKED)


def _reply(organization, member: Membership, *, status: int = 200) -> HttpResponse:
    resource = describe_member(organization, member)
    response = reply(resource, status=status)
    response["ETag"] = etag_of(version_of(resource))
    return response


def _locked(request: ApiRequest, member_id: UUID) -> tuple[Membership, Membership]:
    """Lock the organization, and return the actor and the member. Raises Problem (404, 412)."""
    actor = lock_actor(request.auth)
    member = get_member(actor.organization, member_id)
    require_match(request, version_of(describe_member(actor.organization, member)))
    return actor, member


@router.get(
    "",
    **operation(
        "members:read",
        id="list_members",
        summary="List members",
        description="Everyone in the organization, including people who haven’t accepted their invitation yet.",
        permission=Permission.PEOPLE_VIEW,
        returns=MemberPage,
        links=FIRST,
    ),
)
def list_members(
    request: ApiRequest,
    status: Annotated[StateFilter | None, Query(None, description="Only members with this status.")],
    role: Annotated[Id | None, Query(None, description="Only members with this role, directly or through a group.")],
    group: Annotated[Id | None, Query(None, description="Only members of this group.")],
    project: Annotated[
        Id | None, Query(None, description="Only members given access to this project, directly or through a group.")
    ],
    q: Annotated[str, Query("", max_length=100, description="Words in the name or email address.")],
    sort: Annotated[Sort, Query("name", description="The sort order. A minus sign reverses it.")],
    after: After,
    limit: Limit = PAGE_SIZE,
) -> HttpResponse:
    filters = {"status": status, "role": role, "group": group, "project": project}
    members, cursor = members_page(request, filters=filters, q=q, sort=sort, after=after, limit=limit)
    return reply_page(request, MemberPage, summarize_members(request.organization, members), cursor)


@router.get(
    "/{uuid:member_id}",
    **operation(
        "members:read",
        id="get_member",
        summary="Get a member",
        permission=Permission.PEOPLE_VIEW,
        returns=Member,
        versioned=True,
    ),
)
def get_one(request: ApiRequest, member_id: UUID) -> HttpResponse:
    return _reply(request.organization, get_member(request.organization, member_id))


@router.patch(
    "/{uuid:member_id}",
    **operation(
        "members:write",
        id="update_member",
        summary="Update a member",
        description="Changes name, roles, groups and direct access to projects, all or none. No one can give a role "
        "that allows more than their own. Names of members with “managed_by”: “scim” can’t be changed.",
        permission=Permission.PEOPLE_EDIT,
        returns=Member,
        versioned=True,
        conflicts=True,
    ),
)
def update_member(request: ApiRequest, member_id: UUID, payload: MemberChange) -> HttpResponse:
    actor, member = _locked(request, member_id)
    changes = {name: getattr(payload, name) for name in payload.model_fields_set}
    return _reply(actor.organization, change_member(actor, member, changes))


@router.put(
    "/by-email/{path:email}",
    **operation(
        "members:write",
        id="put_member_by_email",
        summary="Invite or update the member with an address",
        description="Invites the person if they aren’t a member (201), which also requires the scope "
        "invitations:write. Otherwise updates the member (200). Repeating the request changes nothing and sends no "
        "email.",
        permission=Permission.PEOPLE_EDIT,
        returns=Member,
        versioned=True,
        conflicts=True,
        links=LINKS,
    ),
)
def put_member_by_email(
    request: ApiRequest,
    email: Annotated[Address, Path(description="The email address, not case-sensitive.")],
    payload: MemberByEmail,
) -> HttpResponse:
    try:
        key = canonical_email(email)
    except ValidationError as error:
        raise invalid("email", str(first_error(error))) from None
    actor = lock_actor(request.auth)
    member = members_by_email(actor.organization, [key]).get(key)
    if member is None:
        if "If-Match" in request.headers:
            raise Problem(412, "No member has this email address yet.")
        return _reply(actor.organization, _invite(actor, email.strip(), payload), status=201)
    member.organization = actor.organization
    require_match(request, version_of(describe_member(actor.organization, member)))
    changes = {name: getattr(payload, name) for name in payload.model_fields_set - {"reason", "welcome_page"}}
    return _reply(actor.organization, change_member(actor, member, changes))


def _invite(actor: Membership, email: str, payload: MemberByEmail) -> Membership:
    roles, groups, projects = choices(actor.organization, payload.roles, payload.groups or (), payload.projects or ())
    person = Person(payload.first_name, payload.last_name, email)
    about = {"reason": payload.reason, "welcome_page": payload.welcome_page}
    try:
        (invitation,) = invite_people(
            actor=actor, people=[person], roles=roles, groups=groups, projects=projects, **about
        )
    except BatchInvalid as error:
        raise refuse_batch(error, prefix="") from None
    assert invitation.membership
    return invitation.membership


@router.delete(
    "/{uuid:member_id}",
    **operation(
        "members:write",
        id="delete_member",
        summary="Delete a member",
        description="Removes the member from the organization and its groups, and ends their sessions. Also deletes "
        "their account if they belong to no other organization. Withdraws the invitation of a pending member.",
        permission=Permission.PEOPLE_ADMIN,
        versioned=True,
        conflicts=True,
    ),
)
def delete_one(request: ApiRequest, member_id: UUID) -> HttpResponse:
    actor, member = _locked(request, member_id)
    if member.status == Status.INVITED:
        withdraw_invitation(actor=actor, member=member)
    else:
        delete_member(actor=actor, member=member)
    return reply()


@router.post(
    "/{uuid:member_id}/deactivation",
    **operation(
        "members:write",
        id="deactivate_member",
        summary="Deactivate a member",
        description="Ends their sessions. They can’t sign in, but keep roles, groups and projects. Frees their seat.",
        permission=Permission.PEOPLE_ADMIN,
        returns=Member,
        versioned=True,
    ),
)
def deactivate(request: ApiRequest, member_id: UUID) -> HttpResponse:
    actor, member = _locked(request, member_id)
    return _reply(actor.organization, deactivate_member(actor=actor, member=member))


@router.post(
    "/{uuid:member_id}/reactivation",
    **operation(
        "members:write",
        id="reactivate_member",
        summary="Reactivate a member",
        description="They can sign in again. Requires a free seat.",
        permission=Permission.PEOPLE_ADMIN,
        returns=Member,
        versioned=True,
    ),
)
def reactivate(request: ApiRequest, member_id: UUID) -> HttpResponse:
    actor, member = _locked(request, member_id)
    return _reply(actor.organization, reactivate_member(actor=actor, member=member))


@router.post(
    "/{uuid:member_id}/sessions-ending",
    **operation(
        "members:write",
        id="end_member_sessions",
        summary="Log a member out",
        description="Ends their sessions in this organization. They can sign in again right away.",
        permission=Permission.PEOPLE_ADMIN,
        versioned=True,
    ),
)
def end_sessions(request: ApiRequest, member_id: UUID) -> HttpResponse:
    actor, member = _locked(request, member_id)
    log_out_member(actor=actor, member=member)
    return reply()


@router.post(
    "/{uuid:member_id}/two-factor-reset",
    **operation(
        "members:write",
        id="reset_member_two_factor",
        summary="Reset a member’s two-factor authentication",
        description="Removes their authenticator app, passkeys, backup codes and remembered devices, ends their "
        "sessions, and tells them and all Admins by email.",
        permission=Permission.PEOPLE_ADMIN,
        returns=Member,
        versioned=True,
    ),
)
def reset_two_factor(request: ApiRequest, member_id: UUID) -> HttpResponse:
    actor, member = _locked(request, member_id)
    return _reply(actor.organization, reset_member_two_factor(actor=actor, member=member))
