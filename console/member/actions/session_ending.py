"""Ending one of a member's sessions (S-5)."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from console.member.actions.member_action import MemberAction
from organizations.access import member_required
from organizations.models import Membership
from organizations.permissions import Permission
from organizations.policies import can_end_sessions
from organizations.queries import sessions_of_member
from organizations.requests import MemberRequest
from organizations.services import end_member_session


@member_required(Permission.PEOPLE_VIEW)
@require_POST
def user_session_ending(request: MemberRequest, member_id: UUID, session_key: str) -> HttpResponse:
    """End a session of a member. The member's page then shows the others."""
    action = MemberAction.from_request(request, member_id)
    action.require("log_out")
    row = getattr(request.session, "row", None)
    is_this_one = row is not None and session_key == row.pk
    try:
        ended = end_member_session(actor=request.membership, member=action.member, session_key=session_key[:64])
    except Membership.DoesNotExist:
        raise Http404 from None
    if ended and is_this_one:
        return action.redirect_to_list()
    text = _("%(name)s was logged out there.") if ended else _("That session of %(name)s had already ended.")
    (messages.success if ended else messages.info)(request, text % {"name": action.member.name})
    if not request.htmx:
        return redirect(action.url("edit"))
    return render(request, "console/member/_session_ended.html", _sessions(action))


def _sessions(action: MemberAction) -> dict[str, object]:
    """Return what console/member/profile/_sessions.html takes."""
    url, _mark, query = action.url("edit").partition("?")
    sessions = sessions_of_member(action.member)
    can_log_out = bool(can_end_sessions(action.request.membership, action.member))
    page = {"can_see_sessions": True, "can_log_out": can_log_out, "sessions": sessions}
    return {"page": page, "member": action.member, "base": url, "query": f"?{query}" if query else ""}
