"""Deactivating a member (U-10, U-11)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.fresh import require_fresh_sign_in
from base.policies import Decision, require
from console.member.actions.member_action import MemberAction
from console.member.offboarding import administrative_invitations, keys_of, open_sessions
from organizations.access import member_required
from organizations.permissions import Permission
from organizations.queries import shared_with_others
from organizations.requests import MemberRequest
from organizations.services import deactivate_member


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def user_deactivation(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Deactivate a member after a confirmation. They keep their role, groups and projects."""
    action = MemberAction.from_request(request, member_id)
    if action.is_stale():
        return action.conflict()
    decision = action.decide("deactivate")
    if not decision and action.decide("delete") and decision.applies:
        return _blocked(action, decision)
    require(decision)
    if not action.is_post:
        member = action.member
        context = {
            "tone": "neutral",
            "icon_name": "ban",
            "sessions": open_sessions(member),
            "shared": shared_with_others(member),
            "invalid_invitations": administrative_invitations(member),
            "keys": keys_of(member),
        }
        return action.confirm("console/member/deactivation.html", context)
    require_fresh_sign_in(request)
    member = action.run(deactivate_member)
    messages.success(request, _("%(name)s was deactivated.") % {"name": member.name})
    return action.success(member)


def _blocked(action: MemberAction, decision: Decision) -> HttpResponse:
    """Respond 403 with the reason, and offer to delete the member instead (U-11)."""
    context = {"tone": "warning", "icon_name": "warning", "reason": decision.reason, "delete_url": action.url("delete")}
    return action.confirm("console/member/deactivation_blocked.html", context, status=403)
