"""Copying a pending member's invitation link (I-10)."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from console.member.actions.member_action import MemberAction
from console.member.profile.invitation import InvitationPanel
from invitations.services import copy_link
from organizations.access import member_required
from organizations.fresh import require_fresh_to_give
from organizations.models import Membership
from organizations.permissions import Permission
from organizations.queries import all_roles_of
from organizations.requests import MemberRequest

# The part of the member's page that shows the link, for htmx.
SECTION = "invitation-link"


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def user_invitation_link(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Say what the link does, then show it, in the response to the button alone and with Cache-Control: no-store."""
    action = MemberAction.from_request(request, member_id)
    action.require("copy_link")
    if not action.is_post:
        return action.confirm("console/member/link.html", {"tone": "accent", "icon_name": "link"})
    # Anyone with the link gets the roles.
    require_fresh_to_give(request, role_ids=[role.pk for role in all_roles_of(action.member)])
    links: list[str] = []

    def copy(*, actor: Membership, member: Membership) -> Membership:
        links.append(copy_link(actor=actor, member=member))
        return member

    action.run(copy)
    context = {"member": action.member, "link": links[0], "url": action.list_url}
    template = "console/member/link_copied.html"
    if request.htmx and request.htmx.target == SECTION:
        template = "console/member/profile/_link.html"
        context |= {"panel": InvitationPanel.of(action), "link_url": action.url("copy_link")}
    response = render(request, template, context)
    response["Cache-Control"] = "no-store"
    return response
