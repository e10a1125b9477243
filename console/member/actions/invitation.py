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
from invitations.queries import pending_invitation
from invitations.services import AlreadyResent, resend_invitation
from organizations.access import member_required
from organizations.models import Membership
from organizations.permissions import Permission
from organizations.policies import has_free_seats
from organizations.requests import MemberRequest


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def user_invitation(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Resend an invitation (I-2), once for two presses. An expired one is restarted after a confirmation (I-3)."""
    action = MemberAction.from_request(request, member_id)
    action.require("resend")
    # The invitation may have expired since the menu was opened: restarting it always needs the confirmation.
    if action.is_post and ("renew" in request.POST or not action.member.is_expired):
        try:
            messages.success(request, _resend(action))
        except AlreadyResent as already:
            messages.info(request, str(already))
            action.member.refresh_from_db()
        return action.success(action.member)
    # I-5: as in the menu, don't offer what would be refused. The service checks again under its lock.
    require_mail_quota(request.membership, [action.member.email_key])
    require(has_free_seats(request.organization, int(action.member.is_expired)))
    context = {"tone": "accent", "icon_name": "send", "sends": _sends(action)}
    return action.confirm("console/member/invitation.html", context, status=409 if action.is_post else 200)


def _sends(action: MemberAction) -> int | None:
    """Return how many emails of the invitation have been sent, or None if there is no open invitation."""
    pending = pending_invitation(action.member)
    return pending and pending.sends


def _resend(action: MemberAction) -> str:
    """Resend the invitation, refresh the member, and return the message to show."""
    request, was_expired = action.request, action.member.is_expired
    # The menu has the number in the form's URL, the confirmation in a field.
    sent = request.POST.get("sent", request.GET.get("sent", ""))[:9]
    sends = int(sent) if sent.isdecimal() else _sends(action)

    def send(*, actor: Membership, member: Membership) -> Membership:
        resend_invitation(actor=actor, member=member, sends=sends)
        member.refresh_from_db()
        return member

    member = action.run(send)
    date = date_format(timezone.localtime(member.invite_expires_at), "M j")
    if was_expired:
        text = _("Invitation resent to %(name)s with a new link. It expires on %(date)s.")
    else:
        text = _("Invitation resent to %(name)s. It still expires on %(date)s.")
    return text % {"name": member.name, "date": date}
