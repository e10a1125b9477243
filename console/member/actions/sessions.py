"""How a member signs in: resetting their second factor (U-9), ending their sessions (S-5)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from console.member.actions.member_action import Acting
from console.member.offboarding import open_sessions
from organizations.access import member_required
from organizations.permissions import Permission
from organizations.requests import MemberRequest
from organizations.services import log_out_member


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def user_sessions(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Where a member is signed in; ends all of it, after a confirmation."""
    acting = Acting.on(request, member_id)
    if acting.stale():
        return acting.say_changed()
    acting.require("log_out")
    if not acting.posted:
        context = {"tone": "neutral", "icon_name": "log-out", "sessions": open_sessions(acting.member)}
        return acting.ask("console/member/sessions.html", context)
    member = acting.by(log_out_member)
    if acting.about_oneself:
        return acting.leave()
    messages.success(request, _("%(name)s was logged out everywhere.") % {"name": member.name})
    return acting.done(member)
