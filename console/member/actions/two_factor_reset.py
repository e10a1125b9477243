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
from organizations.services import reset_member_two_factor


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def user_two_factor_reset(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Clears a member's second factors and logs them out, after a confirmation."""
    acting = Acting.on(request, member_id)
    if acting.stale():
        return acting.say_changed()
    acting.require("reset_two_factor")
    if not acting.posted:
        context = {"tone": "warning", "icon_name": "phone", "sessions": open_sessions(acting.member)}
        return acting.ask("console/member/two_factor_reset.html", context)
    member = acting.by(reset_member_two_factor)
    text = _("2FA of %(name)s was reset. They were logged out everywhere and told by mail.")
    messages.success(request, text % {"name": member.name})
    return acting.done(member)
