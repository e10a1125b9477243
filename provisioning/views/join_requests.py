"""Joining an organization with an address at its verified domain, from the page of your organizations (O-5)."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import login_required
from accounts.requests import UserRequest
from accounts.services.sign_in import SignIns
from base.policies import Refused
from organizations.models import JoinRule
from organizations.policies import NoFreeSeats
from provisioning.models import JoinRequest
from provisioning.queries.join_requests import JoinOffer, join_offer
from provisioning.services.join_requests import join_at_once, request_to_join


@require_POST
@login_required
def join_organization(request: UserRequest, slug: str) -> HttpResponse:
    """Ask to join, or join where that is the rule and a seat is free.

    404 for all organizations that don't own the user's address.

    A session of another organization's identity provider proves nothing here: it needs the user's own sign-in (O-3).
    """
    offer = join_offer(request.user)
    if offer is None or offer.organization.slug != slug or offer.by_sso or not SignIns.of(request.session).own:
        raise Http404
    try:
        if offer.rule == JoinRule.AUTOMATIC and _join_at_once(request, offer):
            return redirect("welcome", slug)
        asked = request_to_join(organization=offer.organization, user=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        if asked.status == JoinRequest.Status.OPEN:
            text = _("You asked to join %(organization)s. We’ll email you when you can open it.")
            messages.success(request, text % {"organization": offer.organization.name})
    return redirect("organizations")


def _join_at_once(request: UserRequest, offer: JoinOffer) -> bool:
    """Join the organization. Return False if it has no free seat, so that the user asks instead. Raises Refused."""
    try:
        join_at_once(organization=offer.organization, user=request.user)
    except NoFreeSeats as refusal:
        messages.info(request, refusal.public_reason)
        return False
    return True
