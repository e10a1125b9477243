"""Joining an organization whose identity provider has added the user, with an account from elsewhere (J-6)."""

from django.db import IntegrityError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.access import login_required
from accounts.requests import UserRequest
from accounts.services.sign_in import SignIns
from organizations.queries import awaited_at
from organizations.services import link_provisioned_member


@require_POST
@login_required
def provisioned_account(request: UserRequest, slug: str) -> HttpResponse:
    """Link the user's account with the member. 404 for all organizations that haven't added this address.

    Only in a session that the user's own password or passkey opened: a provider opens its own organization (O-3).
    """
    offers = awaited_at(request.user) if SignIns.of(request.session).own else []
    member = next((each for each in offers if each.organization.slug == slug), None)
    if member is None:
        raise Http404
    try:
        link_provisioned_member(member=member, user=request.user)
    except IntegrityError:  # they have joined in another way in the meantime
        pass
    return redirect("welcome", slug)
