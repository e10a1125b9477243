"""Reactivating a member (U-10)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from console.member.actions.member_action import Acting
from organizations.access import member_required
from organizations.permissions import Permission
from organizations.requests import MemberRequest
from organizations.services import reactivate_member


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def user_reactivation(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Gives a deactivated member their access back, after a confirmation."""
    acting = Acting.on(request, member_id)
    if acting.stale():
        return acting.say_changed()
    acting.require("reactivate")
    if not acting.posted:
        return acting.ask("console/member/reactivation.html", {"tone": "success", "icon_name": "power"})
    member = acting.by(reactivate_member)
    messages.success(request, _("%(name)s was reactivated and can sign in again.") % {"name": member.name})
    return acting.done(member)
