"""Resetting a member's two-factor authentication (U-9)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.fresh import require_fresh_sign_in
from console.member.actions.member_action import MemberAction
from console.member.offboarding import open_sessions
from console.member.profile.security import two_factor_facts
from organizations.access import member_required
from organizations.permissions import Permission
from organizations.queries import count_admins
from organizations.requests import MemberRequest
from organizations.services import reset_member_two_factor


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def user_two_factor_reset(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Remove a member's second factors and log them out, after a confirmation."""
    action = MemberAction.from_request(request, member_id)
    if action.is_stale():
        return action.conflict()
    action.require("reset_two_factor")
    if not action.is_post:
        context = {
            "tone": "warning",
            "icon_name": "phone",
            "sessions": open_sessions(action.member),
            "facts": two_factor_facts(action.member),
            "admins": count_admins(request.organization),
        }
        return action.confirm("console/member/two_factor_reset.html", context)
    require_fresh_sign_in(request)
    member = action.run(reset_member_two_factor)
    text = _("2FA was reset for %(name)s. They were logged out everywhere. They and all Admins get an email.")
    messages.success(request, text % {"name": member.name})
    return action.success(member)
