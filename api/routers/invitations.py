"""Pending and expired invitations. No response contains a token or link."""

from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router

from api.auth import ApiRequest
from api.lookups import get_invitation
from api.members import choices, refuse_batch
from api.operations import Link, operation
from api.paging import PAGE_SIZE, After, Limit, page_of, reply_page
from api.problems import Problem, not_found
from api.replies import reply
from api.resources.invitations import RELATED, describe_invitations
from api.schemas.invitations import Invitation, InvitationPage, NewInvitations, SentInvitations
from invitations import models
from invitations.services import (
    BatchInvalid,
    Person,
    invite_people,
    resend_invitation,
    withdraw_invitation,
)
from organizations.models import Membership, Status
from organizations.permissions import Permission
from organizations.services import lock_actor

router = Router()
LINKS = tuple(
    Link(name, {"invitation_id": "$response.body#/items/0/id"}) for name in ("get_invitation", "delete_invitation")
)


def _pending(members: list[Membership]) -> list[models.Invitation]:
    """Return the open invitations of these members, in their order. One query."""
    rows = models.Invitation.objects.filter(membership__in=members, accepted_at=None, revoked_at=None)
    found = {each.membership_id: each for each in rows.select_related(*RELATED)}
    return [found[member.pk] for member in members if member.pk in found]


@router.get(
    "",
    **operation(
        "invitations:read",
        id="list_invitations",
        summary="List pending and expired invitations",
        description="Sorted by expiry, soonest first.",
        permission=Permission.PEOPLE_VIEW,
        returns=InvitationPage,
        links=LINKS,
    ),
)
def list_invitations(
    request: ApiRequest,
    status: Annotated[Literal["pending", "expired"] | None, Query(None, description="Only those with this status.")],
    after: After,
    limit: Limit = PAGE_SIZE,
) -> HttpResponse:
    members = Membership.objects.filter(organization=request.organization, status=Status.INVITED)
    now = timezone.now()
    if status == "pending":
        members = members.filter(invite_expires_at__gt=now)
    elif status == "expired":
        members = members.filter(invite_expires_at__lte=now)
    page, cursor = page_of(request, members, after=after, limit=limit, order=("invite_expires_at", "id"))
    return reply_page(request, InvitationPage, describe_invitations(_pending(page)), cursor)


@router.get(
    "/{uuid:invitation_id}",
    **operation(
        "invitations:read",
        id="get_invitation",
        summary="Get an invitation",
        description="Returns 404 for invitations that were accepted or withdrawn.",
        permission=Permission.PEOPLE_VIEW,
        returns=Invitation,
    ),
)
def get_one(request: ApiRequest, invitation_id: UUID) -> HttpResponse:
    (resource,) = describe_invitations([get_invitation(request.organization, invitation_id)])
    return reply(resource)


@router.post(
    "",
    **operation(
        "invitations:write",
        id="create_invitations",
        summary="Invite people",
        description="Invites up to 100 people with the same roles, groups and projects, and sends the emails. If one "
        "of them can’t be invited, no one is. Send an Idempotency-Key, so that repeating the request sends no email "
        "twice. An organization’s key can’t give administrative roles. No one can give a role that allows more than "
        "their own.",
        permission=Permission.PEOPLE_INVITE,
        returns=SentInvitations,
        status=201,
        conflicts=True,
        links=LINKS,
    ),
)
def create_invitations(request: ApiRequest, payload: NewInvitations) -> HttpResponse:
    actor = lock_actor(request.auth)
    roles, groups, projects = choices(actor.organization, payload.roles, payload.groups, payload.projects)
    try:
        invitations = invite_people(
            actor=actor,
            people=[Person(person.first_name, person.last_name, person.email) for person in payload.people],
            roles=roles,
            groups=groups,
            projects=projects,
            reason=payload.reason,
            welcome_page=payload.welcome_page,
        )
    except BatchInvalid as error:
        raise refuse_batch(error) from None
    return reply(SentInvitations(items=describe_invitations(invitations)), status=201)


@router.post(
    "/{uuid:invitation_id}/sends",
    **operation(
        "invitations:write",
        id="resend_invitation",
        summary="Resend an invitation",
        description="Sends the email again. The expiry stays the same. An expired invitation gets a new expiry and "
        "a new link; its old link stays invalid.",
        permission=Permission.PEOPLE_INVITE,
        returns=Invitation,
    ),
)
def resend(request: ApiRequest, invitation_id: UUID) -> HttpResponse:
    actor = lock_actor(request.auth)
    invitation = get_invitation(actor.organization, invitation_id)
    assert invitation.membership
    resend_invitation(actor=actor, member=invitation.membership)
    (resource,) = describe_invitations([get_invitation(actor.organization, invitation_id)])
    return reply(resource)


@router.delete(
    "/{uuid:invitation_id}",
    **operation(
        "invitations:write",
        id="delete_invitation",
        summary="Withdraw an invitation",
        description="Also deletes the pending member. The link stops working. Requires the permission to delete "
        "people, which the scope members:write includes.",
        permission=Permission.PEOPLE_ADMIN,
        conflicts=True,
    ),
)
def delete_one(request: ApiRequest, invitation_id: UUID) -> HttpResponse:
    actor = lock_actor(request.auth)
    invitation = get_invitation(actor.organization, invitation_id)
    if invitation.membership is None:
        raise not_found("invitation")
    if not withdraw_invitation(actor=actor, member=invitation.membership):
        raise Problem(409, "This person just accepted the invitation.")
    return reply()
