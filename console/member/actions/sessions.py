"""Logging a member out everywhere (S-5)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from console.member.actions.member_action import MemberAction
from console.member.offboarding import open_sessions
from organizations.access import member_required
from organizations.permissions import Permission
from organizations.requests import MemberRequest
from organizations.services import log_out_member


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def user_sessions(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Show a member's sessions, and end all of them after a confirmation."""
    action = MemberAction.from_request(request, member_id)
    if action.is_stale():
        return action.conflict()
    action.require("log_out")
    if not action.is_post:
        context = {"tone": "neutral", "icon_name": "log-out", "sessions": open_sessions(action.member)}
        return action.confirm("console/member/sessions.html", context)
    member = action.run(log_out_member)
    if action.is_self:
        return action.redirect_to_list()
    messages.success(request, _("%(name)s was logged out everywhere.") % {"name": member.name})
    return action.success(member)
