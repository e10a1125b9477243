"""Pages for invitations that can't be accepted: each says what happened and what to do (I-7)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from invitations.models import Invitation
from invitations.policies import can_request_new_link
from invitations.queries import Link, LinkState
from organizations.brands import show_brand


def render_closed(request: HttpRequest, link: Link) -> HttpResponse:
    """Render the page for the link's state: 404 if unknown, 410 if used, revoked, replaced or expired."""
    if link.state == LinkState.UNKNOWN or link.invitation is None:
        return render(request, "invitations/accept/unknown.html", status=404)
    invitation = link.invitation
    show_brand(request, invitation.organization)
    context: dict[str, object] = {
        "invitation": invitation,
        "member": invitation.membership,
        "organization_name": invitation.organization.name,
    }
    if link.state == LinkState.EXPIRED:
        context["can_request"] = can_request_new_link(invitation)
    if link.state == LinkState.USED:
        context["accepted_by_user"] = _accepted_by_user(request, invitation)
    return render(request, f"invitations/accept/{link.state}.html", context, status=410)


def _accepted_by_user(request: HttpRequest, invitation: Invitation) -> bool:
    """Return True if the signed-in user accepted the invitation: they can continue, others have to sign in."""
    member = invitation.membership
    return bool(member and request.user.is_authenticated and member.user_id == request.user.pk)


def render_denied(request: HttpRequest, invitation: Invitation, reason: str) -> HttpResponse:
    """Render the page for a valid link whose invitation can no longer be accepted: 403 with the reason."""
    context = {"invitation": invitation, "member": invitation.membership, "reason": reason}
    return render(request, "invitations/accept/denied.html", context, status=403)
