"""Sending an invitation again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from console.member.actions.member_action import Acting
from invitations.limits import require_mails
from invitations.services import resend_invitation
from organizations.access import member_required
from organizations.models import Membership
from organizations.permissions import Permission
from organizations.requests import MemberRequest


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def user_invitation(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Sends a pending member's invitation again (I-2); an expired one starts anew, after a confirmation (I-3)."""
    acting = Acting.on(request, member_id)
    acting.require("resend")
    # It may have expired since the menu was made: nothing is renewed before that was said.
    if acting.posted and ("renew" in request.POST or not acting.member.is_expired):
        messages.success(request, _resend(acting))
        return acting.done(acting.member)
    # I-5: nothing is asked that would be refused, as the menu says; the service asks again under its lock.
    require_mails(request.membership, [acting.member.email_key])
    context = {"tone": "accent", "icon_name": "send"}
    return acting.ask("console/member/invitation.html", context, status=409 if acting.posted else 200)


def _resend(acting: Acting) -> str:
    """Sends the mail again; the sentence that says so. The member is then as they are now."""
    seen, renewed = acting.request.GET.get("sent", "")[:9], acting.member.is_expired

    def send(*, actor: Membership, member: Membership) -> Membership:
        resend_invitation(actor=actor, member=member, sends=int(seen) if seen.isdecimal() else None)
        member.refresh_from_db()
        return member

    member = acting.by(send)
    date = date_format(timezone.localtime(member.invite_expires_at), "M j")
    if renewed:
        text = _("Invitation sent to %(name)s with a new link. It expires on %(date)s.")
    else:
        text = _("Invitation sent again to %(name)s. It still expires on %(date)s.")
    return text % {"name": member.name, "date": date}
