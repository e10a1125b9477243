"""Removing the authenticator app. Without another factor, that turns two-factor authentication off (S-2, S-3)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.next_url import get_next_url
from accounts.own_sign_in import own_sign_in_required
from accounts.policies import can_turn_off_two_factor
from accounts.queries import get_second_factors
from accounts.requests import UserRequest
from accounts.second_factor_access import second_factor_required
from accounts.services import remove_authenticator
from base.policies import ALLOWED


@require_http_methods(["GET", "HEAD", "POST"])
@own_sign_in_required
@second_factor_required
def authenticator_removal(request: UserRequest) -> HttpResponse:
    """Remove the app after a confirmation. Refused for the last factor while an organization requires one."""
    factors = get_second_factors(request.user)
    if not factors.app:
        return redirect(get_next_url(request))
    if request.method == "POST":
        is_off = remove_authenticator(user=request.user, session=request.session)
        off, removed = _("Two-factor authentication is off."), _("Your authenticator app was removed.")
        messages.success(request, off if is_off else removed)
        return redirect(get_next_url(request))
    context = {
        "is_last": not factors.passkeys,
        "decision": ALLOWED if factors.passkeys else can_turn_off_two_factor(request.user),
        "next": get_next_url(request),
    }
    return render(request, "account/authenticator_removal.html", context)
