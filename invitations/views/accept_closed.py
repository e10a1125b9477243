"""The pages of an invitation that cannot be accepted: each says what happened and what to do (I-7)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from invitations.models import Invitation
from invitations.policies import can_ask_for_new_link
from invitations.queries import Link, LinkState


def closed(request: HttpRequest, link: Link) -> HttpResponse:
    """404 for a link that we never made, 410 for one that was used, withdrawn, replaced or has expired."""
    if link.state == LinkState.UNKNOWN or link.invitation is None:
        return render(request, "invitations/accept/unknown.html", status=404)
    invitation = link.invitation
    context: dict[str, object] = {
        "invitation": invitation,
        "member": invitation.membership,
        "organization_name": invitation.organization.name,
    }
    if link.state == LinkState.EXPIRED:
        context["ask"] = can_ask_for_new_link(invitation)
    if link.state == LinkState.USED:
        context["joined"] = _is_theirs(request, invitation)
    return render(request, f"invitations/accept/{link.state}.html", context, status=410)


def _is_theirs(request: HttpRequest, invitation: Invitation) -> bool:
    """True for the member who joined by it, signed in: they can go on, others have to sign in."""
    member = invitation.membership
    return bool(member and request.user.is_authenticated and member.user_id == request.user.pk)


def refused(request: HttpRequest, invitation: Invitation, reason: str) -> HttpResponse:
    """403: the link is good, but what was offered may not be given any more, and why."""
    context = {"invitation": invitation, "member": invitation.membership, "reason": reason}
    return render(request, "invitations/accept/refused.html", context, status=403)
