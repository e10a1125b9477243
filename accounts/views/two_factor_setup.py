"""Setting up or replacing an authenticator app (S-2, S-3)."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.authenticator_keys import format_key, otpauth_url, qr_svg
from accounts.next_url import get_next_url, with_next
from accounts.own_sign_in import can_change_account, can_set_up_second_factor, own_sign_in_missing
from accounts.queries import get_second_factors, get_two_factor_rules
from accounts.requests import UserRequest
from accounts.second_factor_access import second_factor_required
from accounts.services import (
    SetUp,
    SetUpState,
    confirm_authenticator,
    keep_new_codes,
    new_codes,
    set_second_factor,
    start_authenticator,
)
from base.times import days_until

# The steps of setting up the first factor.
STEPS = (gettext_lazy("Authenticator app"), gettext_lazy("Backup codes"))
# Key in the session: the id of the app that is being set up in it.
APP_ID = "new_authenticator"


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@second_factor_required
def two_factor_setup(request: UserRequest) -> HttpResponse:
    """Show the key of a new authenticator app, and turn it on when the user enters its code."""
    if not can_set_up_second_factor(request):
        if request.method == "POST" and new_codes(request.session):  # pressed twice
            return redirect(with_next(reverse("backup_codes"), get_next_url(request)))
        if missing := own_sign_in_missing(request):
            return missing
    if request.method != "POST":
        return _render(request)
    set_up = confirm_authenticator(
        user=request.user, app_id=request.session.get(APP_ID), code=request.POST.get("code", "")
    )
    if set_up.state == SetUpState.WRONG_CODE:
        return _render(request, error=_wrong_code(request.POST.get("code", "")), status=422)
    if set_up.state == SetUpState.OUTDATED:
        error = _("This page was out of date. Scan the new QR code, then enter the code that your app shows.")
        return _render(request, error=error, status=409)
    return _finish(request, set_up)


def _finish(request: UserRequest, set_up: SetUp) -> HttpResponse:
    target = get_next_url(request)
    if set_up.state == SetUpState.ALREADY_DONE:  # pressed twice: the first one saved the session
        return redirect(with_next(reverse("backup_codes"), target))
    set_second_factor(request.session, "app")
    if set_up.codes:
        keep_new_codes(request.session, set_up.codes)
        return redirect(with_next(reverse("backup_codes"), target))
    messages.success(request, _("Your new authenticator app is set up."))
    return redirect(target)


def _wrong_code(code: str) -> str:
    if not code.strip():
        return _("Enter the 6-digit code that your app shows.")
    return _(
        "That code isn’t right or has expired. Enter the one your app shows now. If it’s refused again, check that your"
        " phone sets its time automatically."
    )


def _render(request: UserRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    user = request.user
    app = start_authenticator(user=user, app_id=request.session.get(APP_ID))
    if request.session.get(APP_ID) != app.pk:
        request.session[APP_ID] = app.pk
    rules, factors = get_two_factor_rules(user), get_second_factors(user)
    url = otpauth_url(secret=app.secret, issuer=settings.PLATFORM_NAME, account=user.email)
    context = {
        "steps": STEPS,
        "qr": qr_svg(url),
        "url": url,
        "key": format_key(app.secret),
        "code": request.POST.get("code", ""),
        "error": error,
        "factors": factors,
        "rules": rules,
        "can_use_passkey": not factors and can_change_account(request),
        "is_required": bool(rules.required_by) and not factors,
        "has_others": len(rules.organizations) > len(rules.required_by),
        "days_left": days_until(rules.announced.start, timezone.now()) if rules.announced else 0,
        "next": get_next_url(request),
    }
    return render(request, "account/two_factor_setup.html", context, status=status)
