"""Correcting the email address of a pending invitation (I-11)."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.once import once
from console.member.actions.member_action import MemberAction
from console.member.profile.page import ProfilePage
from console.member.profile.rendering import render_profile
from invitations.services import AlreadyCorrected, correct_address
from organizations.access import member_required
from organizations.fresh import require_fresh_to_give
from organizations.models import Membership
from organizations.permissions import Permission
from organizations.queries import all_roles_of
from organizations.requests import MemberRequest


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def user_invitation_address(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Ask for the address and send the invitation there; also from the form on the member's page (at=profile)."""
    action = MemberAction.from_request(request, member_id)
    action.require("correct_address")
    if not action.is_post:
        return _form(action)
    require_fresh_to_give(request, role_ids=[role.pk for role in all_roles_of(action.member)])
    typed = request.POST.get("email", "").strip()[:400]

    def correct(*, actor: Membership, member: Membership) -> Membership:
        correct_address(actor=actor, member=member, email=typed)
        member.refresh_from_db()
        return member

    try:
        member = action.run(correct)
    except AlreadyCorrected as same:
        return _form(action, typed, str(same), status=422)
    except ValidationError as error:
        return _form(action, typed, error.messages[0], status=422)
    text = _("Invitation sent to %(email)s. The old link no longer works.")
    messages.success(request, text % {"email": member.email})
    return action.success(member)


def _form(action: MemberAction, typed: str | None = None, error: str = "", *, status: int = 200) -> HttpResponse:
    email = action.member.email if typed is None else typed
    address = {"email": email, "error": error}
    if action.request.POST.get("at") == "profile":
        return render_profile(ProfilePage(action), status=status, address=address)
    context = {"tone": "accent", "icon_name": "mail", "address": address}
    return action.confirm("console/member/address.html", context, status=status)
