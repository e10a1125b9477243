"""Deactivating and reactivating (U-10, U-11)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from base.policies import Decision, require
from console.member.actions.member_action import Acting
from console.member.offboarding import administrative_invitations, open_sessions
from organizations.access import member_required
from organizations.permissions import Permission
from organizations.queries import shared_with_others
from organizations.requests import MemberRequest
from organizations.services import deactivate_member


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def user_deactivation(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Takes a member's access and leaves what they hold, after a confirmation."""
    acting = Acting.on(request, member_id)
    if acting.stale():
        return acting.say_changed()
    answer = acting.may("deactivate")
    if not answer and acting.may("delete") and answer.applies:
        return _blocked(acting, answer)
    require(answer)
    if not acting.posted:
        member = acting.member
        context = {
            "tone": "neutral",
            "icon_name": "ban",
            "sessions": open_sessions(member),
            "shared": shared_with_others(member),
            "administrative": administrative_invitations(member),
        }
        return acting.ask("console/member/deactivation.html", context)
    member = acting.by(deactivate_member)
    messages.success(request, _("%(name)s was deactivated.") % {"name": member.name})
    return acting.done(member)


def _blocked(acting: Acting, answer: Decision) -> HttpResponse:
    """U-11: the refusal as the validation error that it is, with the way that is left."""
    context = {"tone": "warning", "icon_name": "warning", "reason": answer.reason, "delete_url": acting.url("delete")}
    return acting.ask("console/member/deactivation_blocked.html", context, status=403)
