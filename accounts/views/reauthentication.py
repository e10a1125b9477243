"""Confirming who one is before a sensitive action, and then doing what was interrupted (S-7)."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import resolve, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.access import login_required
from accounts.fresh import is_fresh
from accounts.identity_form import IdentityForm
from accounts.models import BackupCode
from accounts.next_url import get_next_url
from accounts.queries import get_second_factors
from accounts.requests import UserRequest
from accounts.services.confirmation import complete_confirmation
from accounts.services.sign_in import SignIns
from accounts.services.suspension import find_suspended, restore_request, take_suspended
from accounts.single_sign_on import SsoChoice, sso_choice_at
from base.policies import RateLimited
from base.responses import limit_reached

# Sent by browsers without scripts, which don't stop a second press. The confirmation gives the session a new key. So a
# second press of it is refused, and would hide the result of the action. Another page runs it, which can be sent twice.
WITHOUT_SCRIPTS = "without_scripts"


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password", "code")
@login_required
def reauthentication(request: UserRequest) -> HttpResponse:
    """Ask for any factor that the user has, then run the request that was kept, or return to `next`.

    Someone whose sign-in has become fresh, for example with a passkey, only presses Continue: GET changes nothing.
    """
    next_url, token = get_next_url(request, ""), _value(request, "request")
    sso = _sso_choice(request, next_url, token)
    fresh = is_fresh(request, organization_id=sso.organization_id if sso else "")
    if request.method != "POST":
        if fresh and next_url and not token:
            return redirect(next_url)
        return _render(request, IdentityForm(request=request), is_confirmed=fresh and bool(token))
    if fresh:
        return _resume(request, next_url, token)
    return _confirm(request, next_url, token)


def _confirm(request: UserRequest, next_url: str, token: str) -> HttpResponse:
    form = IdentityForm(request.POST, request=request)
    try:
        if not form.is_valid():
            return _render(request, form, status=422)
    except RateLimited as limit:
        return limit_reached(_render(request, IdentityForm(request=request), limit=str(limit)), limit)
    try:
        complete_confirmation(request.session)  # type: ignore[arg-type]
    except UpdateError:  # the session was ended in the meantime
        logout(request)
        return redirect(settings.LOGIN_URL)
    if token and WITHOUT_SCRIPTS in request.POST:
        return redirect(_own_url(next_url, token))  # which asks to continue
    return _resume(request, next_url, token)


def _resume(request: UserRequest, next_url: str, token: str) -> HttpResponse:
    """Run the kept request. Its view checks permissions again.

    A second press runs it again only where accounts.once gives both presses the same result, such as a new secret.
    """
    kept = find_suspended(request, token)
    if kept and not getattr(resolve(kept["path"]).func, "runs_once", False):
        kept = take_suspended(request, token)
    if kept is None:
        if token:
            messages.info(request, _("You’ve already done this, or too much time has passed. Check, then try again."))
        return redirect(next_url or settings.LOGIN_REDIRECT_URL)
    restore_request(request, kept, token)
    match = request.resolver_match = resolve(kept["path"])
    return match.func(request, *match.args, **match.kwargs)


def _sso_choice(request: UserRequest, next_url: str, token: str) -> SsoChoice | None:
    """Return the provider that can confirm it: that of the organization of the action, if it opened this session."""
    kept = find_suspended(request, token)
    choice = sso_choice_at(kept["path"] if kept else next_url)
    return choice if choice and choice.organization_id in SignIns.of(request.session).sso else None


def _own_url(next_url: str, token: str) -> str:
    return f"{reverse('account_reauthenticate')}?{urlencode({REDIRECT_FIELD_NAME: next_url, 'request': token})}"


def _value(request: HttpRequest, name: str) -> str:
    return request.POST.get(name) or request.GET.get(name, "")


def _render(request: UserRequest, form: IdentityForm, *, status: int = 200, **context: Any) -> HttpResponse:
    user, next_url, token = request.user, get_next_url(request, ""), _value(request, "request")
    factors, kept = get_second_factors(user), find_suspended(request, token)
    own_url, sso = _own_url(next_url, token), _sso_choice(request, next_url, token)
    context |= {
        "form": form,
        "factors": factors,
        "has_password": user.has_usable_password(),
        "has_code": factors.app or BackupCode.objects.filter(user=user, used_at=None).exists(),
        "next": next_url,
        "token": token,
        "continue_url": own_url if token else next_url,
        "sso": {"choice": sso, "url": sso.confirmation_url(own_url)} if sso else None,
        "cancel_url": kept["back"] if kept else next_url or settings.LOGIN_REDIRECT_URL,
        "minutes": settings.FRESH_SIGN_IN_MINUTES,
    }
    return render(request, "account/reauthenticate.html", context, status=status)
