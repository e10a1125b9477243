"""Reactivating a member (U-10)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from console.member.actions.member_action import MemberAction
from organizations.access import member_required
from organizations.permissions import Permission
from organizations.requests import MemberRequest
from organizations.services import reactivate_member


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def user_reactivation(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Restore a deactivated member's access after a confirmation."""
    action = MemberAction.from_request(request, member_id)
    if action.is_stale():
        return action.conflict()
    action.require("reactivate")
    if not action.is_post:
        return action.confirm("console/member/reactivation.html", {"tone": "success", "icon_name": "power"})
    member = action.run(reactivate_member)
    messages.success(request, _("%(name)s was reactivated and can sign in again.") % {"name": member.name})
    return action.success(member)
