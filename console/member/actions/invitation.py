"""Resending a pending member's invitation."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from base.policies import require
from console.member.actions.member_action import MemberAction
from invitations.limits import require_mail_quota
from invitations.services import resend_invitation
from organizations.access import member_required
from organizations.models import Membership
from organizations.permissions import Permission
from organizations.policies import has_free_seats
from organizations.requests import MemberRequest


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def user_invitation(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Resend an invitation (I-2). An expired one is restarted after a confirmation (I-3)."""
    action = MemberAction.from_request(request, member_id)
    action.require("resend")
    # The invitation may have expired since the menu was opened: restarting it always needs the confirmation.
    if action.is_post and ("renew" in request.POST or not action.member.is_expired):
        messages.success(request, _resend(action))
        return action.success(action.member)
    # I-5: as in the menu, don't offer what would be refused. The service checks again under its lock.
    require_mail_quota(request.membership, [action.member.email_key])
    require(has_free_seats(request.organization, int(action.member.is_expired)))
    context = {"tone": "accent", "icon_name": "send"}
    return action.confirm("console/member/invitation.html", context, status=409 if action.is_post else 200)


def _resend(action: MemberAction) -> str:
    """Resend the invitation, refresh the member, and return the message to show."""
    sends, was_expired = action.request.GET.get("sent", "")[:9], action.member.is_expired

    def send(*, actor: Membership, member: Membership) -> Membership:
        resend_invitation(actor=actor, member=member, sends=int(sends) if sends.isdecimal() else None)
        member.refresh_from_db()
        return member

    member = action.run(send)
    date = date_format(timezone.localtime(member.invite_expires_at), "M j")
    if was_expired:
        text = _("Invitation resent to %(name)s with a new link. It expires on %(date)s.")
    else:
        text = _("Invitation resent to %(name)s. It still expires on %(date)s.")
    return text % {"name": member.name, "date": date}
