"""Deactivating a member (U-10, U-11)."""

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.fresh import require_fresh_sign_in
from base.policies import Decision, require
from console.member.actions.member_action import MemberAction
from console.member.offboarding import administrative_invitations, keys_of, open_sessions
from organizations.access import member_required
from organizations.models import Membership, Status
from organizations.permissions import Permission
from organizations.queries import shared_with_others
from organizations.requests import MemberRequest
from organizations.services import deactivate_member, reactivate_member
from organizations.undo import report_change, require_unchanged, undo_change


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
    report_change(
        request,
        _("%(name)s was deactivated.") % {"name": member.name},
        action.url("undo_deactivation"),
        kind=_kind(member),
        data=timezone.now().isoformat(),
        details=_("They can’t open %(organization)s until they’re reactivated.")
        % {"organization": request.organization.name},
    )
    return action.success(member)


@member_required(Permission.PEOPLE_VIEW)
@require_POST
def user_deactivation_undo(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Reactivate a member whose deactivation was just reported (U-22). Their sessions don't come back."""
    action = MemberAction.from_request(request, member_id)
    member = action.member

    def reactivate(reported_at: str) -> bool:
        if member.status == Status.ACTIVE:
            return False
        require_unchanged(member, reported_at, "member.deactivated", "member.reactivated")
        action.run(reactivate_member)
        return True

    done = _("Undone. %(name)s was reactivated and can sign in again.") % {"name": member.name}
    undo_change(request, reactivate, kind=_kind(member), done=done, too_late=_("Reactivate the user instead."))
    return action.success(MemberAction.from_request(request, member_id).member)


def _kind(member: Membership) -> str:
    return f"deactivation:{member.pk}"


def _blocked(action: MemberAction, decision: Decision) -> HttpResponse:
    """Respond 403 with the reason, and offer to delete the member instead (U-11)."""
    context = {"tone": "warning", "icon_name": "warning", "reason": decision.reason, "delete_url": action.url("delete")}
    return action.confirm("console/member/deactivation_blocked.html", context, status=403)
