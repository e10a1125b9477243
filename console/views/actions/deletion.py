"""Deleting a member, whatever their status (U-13, U-14)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from console.queries import offboarding_of
from console.users.details import load_details
from console.users.filters import UsersContext
from console.views.actions.common import Acting
from invitations.services import withdraw_invitation
from organizations.access import member_required
from organizations.models import Membership, Status
from organizations.permissions import Permission
from organizations.requests import MemberRequest
from organizations.services import delete_member


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def user_deletion(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Deletes a member after a confirmation that says what is lost; a pending one's invitation is withdrawn."""
    acting = Acting.on(request, member_id)
    if acting.stale():
        return acting.say_changed()
    acting.require("delete")
    if not acting.posted:
        return acting.ask("console/user_deletion.html", _preview(acting))
    if not _delete(acting):
        return acting.say_changed()
    text = _("%(name)s was deleted.")
    if acting.member.status == Status.INVITED:
        text = _("%(name)s was deleted. The invitation no longer works.")
    messages.success(request, text % {"name": acting.member.name})
    return acting.done(None)


def _preview(acting: Acting) -> dict[str, Any]:
    member, organization = acting.member, acting.request.organization
    context = {"tone": "danger", "icon_name": "trash"}
    load_details(organization, [member], UsersContext.load(organization).roles)
    context |= {"groups": member.group_names, "projects": member.project_count}
    return context if member.status == Status.INVITED else context | {"lost": offboarding_of(member)}


def _delete(acting: Acting) -> bool:
    """False where a pending member has joined in the meantime: they are then somebody else to be asked about."""
    actor, member = acting.request.membership, acting.member
    try:
        if member.status != Status.INVITED:
            delete_member(actor=actor, member=member)
            return True
        if withdraw_invitation(actor=actor, member=member):
            return True
        member.refresh_from_db()
        return False
    except Membership.DoesNotExist:
        raise Http404 from None
