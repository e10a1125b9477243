"""Deleting a member of any status (U-13, U-14)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.fresh import require_fresh_sign_in
from console.member.actions.member_action import MemberAction
from console.member.offboarding import offboarding_of
from console.users.details import load_details
from console.users.filters import UsersContext
from invitations.services import withdraw_invitation
from organizations.access import member_required
from organizations.models import Membership, Status
from organizations.permissions import Permission
from organizations.requests import MemberRequest
from organizations.services import delete_member


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def user_deletion(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Delete a member after a confirmation that shows the consequences. A pending invitation is withdrawn."""
    action = MemberAction.from_request(request, member_id)
    if action.is_stale():
        return action.conflict()
    action.require("delete")
    if not action.is_post:
        return action.confirm("console/member/deletion.html", _consequences(action))
    require_fresh_sign_in(request)
    if not _delete(action):
        return action.conflict()
    text = _("%(name)s was deleted.")
    if action.member.status == Status.INVITED:
        text = _("%(name)s was deleted. The invitation no longer works.")
    messages.success(request, text % {"name": action.member.name})
    return action.success(None)


def _consequences(action: MemberAction) -> dict[str, Any]:
    member, organization = action.member, action.request.organization
    context: dict[str, Any] = {"tone": "danger", "icon_name": "trash"}
    load_details(organization, [member], UsersContext.load(organization).roles)
    context |= {"groups": member.group_names, "projects": member.project_count}
    return context if member.status == Status.INVITED else context | {"offboarding": offboarding_of(member)}


def _delete(action: MemberAction) -> bool:
    """Delete the member. Returns False if a pending member has joined since: that needs another confirmation."""
    actor, member = action.request.membership, action.member
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
