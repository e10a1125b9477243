"""JSON for static/js/pages/passkey.js. Each use of a passkey has two URLs: options for the browser, and its result.

The views of django_otp_webauthn aren't used: they would sign in without asking our policies.
"""

import json
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.ceremonies import (
    MalformedRequest,
    PasskeyError,
    authentication_options,
    read_new_passkey,
    registration_options,
)
from accounts.fresh import is_fresh
from accounts.models import User
from accounts.next_url import get_next_url, with_next
from accounts.own_sign_in import can_change_account
from accounts.policies import can_sign_in
from accounts.queries import has_passkey
from accounts.requests import UserRequest
from accounts.second_factor_access import needs_second_factor
from accounts.services import (
    add_passkey,
    check_passkey,
    confirm_identity,
    find_browser,
    has_used_factor,
    keep_challenge,
    keep_new_codes,
    record_failed_sign_in,
    remember_browser,
    set_second_factor,
    sign_in,
    take_challenge,
)
from accounts.services.passkeys import CHALLENGE_AGE, OFFER
from accounts.single_sign_on import SsoRequired
from accounts.stages import SecondFactorStage
from base.policies import Refused, require

# The longest request body. A passkey's takes 2 KB.
MAX_BYTES = 32_768


def _error(status: int, code: str, detail: object) -> JsonResponse:
    return JsonResponse({"code": code, "detail": str(detail)}, status=status)


def _read_json(request: HttpRequest) -> dict[str, Any]:
    """Return the object in the request's body, {} if it is empty. Raises MalformedRequest."""
    if request.content_type != "application/json":
        raise MalformedRequest(request.content_type)
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES:
            raise MalformedRequest("too long")
        data = json.loads(request.body or b"{}")
    except (ValueError, RecursionError) as error:
        raise MalformedRequest(error) from error
    if not isinstance(data, dict):
        raise MalformedRequest("not an object")
    return data


def ceremony(*, signed_in: bool) -> Callable:
    """Decorate a view that takes and returns JSON. Errors have `code` and `detail`, a sentence for the user."""

    def decorate(view: Callable[..., dict[str, Any]]) -> Callable[[HttpRequest], JsonResponse]:
        @require_POST
        @wraps(view)
        def wrapped(request: HttpRequest) -> JsonResponse:
            if signed_in and not request.user.is_authenticated:
                return _error(HTTPStatus.UNAUTHORIZED, "signed_out", _("You’re signed out. Sign in again."))
            try:
                return JsonResponse(view(request, _read_json(request)))
            except PasskeyError as error:
                return _error(error.status, error.code, error)
            except Refused as error:
                return _error(HTTPStatus.FORBIDDEN, "refused", error)

        return wrapped

    return decorate


def _require_confirmed(request: UserRequest) -> None:
    """Refuse a session that isn't the user's own, lacks the second factor or isn't fresh. The page asks for these."""
    require(can_change_account(request))
    if needs_second_factor(request) or not is_fresh(request):
        raise Refused(_("Reload the page to confirm it’s you, then try again."))


@ceremony(signed_in=True)
def registration_options_view(request: UserRequest, data: dict) -> dict[str, Any]:
    """Return the options for creating a passkey."""
    _require_confirmed(request)
    return keep_challenge(request, "registration", registration_options(request.user))


@ceremony(signed_in=True)
def registration(request: UserRequest, data: dict) -> dict[str, Any]:
    """Save a new passkey. Returns the URL of the page to name it, which leads on to new backup codes."""
    _require_confirmed(request)
    challenge = take_challenge(request, "registration")
    passkey = read_new_passkey(user=request.user, challenge=challenge, data=data.get("credential"))
    codes = add_passkey(user=request.user, passkey=passkey)
    if not has_used_factor(request.session):
        set_second_factor(request.session, "passkey")
    request.session.pop(OFFER, None)
    target = get_next_url(request, value=data.get("next"))
    if codes:
        keep_new_codes(request.session, codes)
        target = with_next(reverse("backup_codes"), target)
    return {"url": with_next(reverse("passkey_name", args=[passkey.pk]), target)}


@ceremony(signed_in=False)
def sign_in_options(request: HttpRequest, data: dict) -> dict[str, Any]:
    """Return the options for signing in without a password. A visitor's new session is short: bots have many."""
    if request.session.is_empty():
        request.session.set_expiry(int(CHALLENGE_AGE.total_seconds()))
    return keep_challenge(request, "sign_in", authentication_options())


@ceremony(signed_in=False)
def passkey_sign_in(request: HttpRequest, data: dict) -> dict[str, Any]:
    """Sign in without a password. The passkey verified the user, so it is the second factor as well."""
    target = get_next_url(request, value=data.get("next"))
    if request.user.is_authenticated:
        return {"url": target}
    user: User = check_passkey(request, purpose="sign_in", data=data.get("credential")).user
    _require_can_sign_in(user, "sign_in")
    response = sign_in(request, user, method="passkey", next_url=target)
    return {"url": response.headers["Location"]}


def _require_can_sign_in(user: User, step: str) -> None:
    if not (decision := can_sign_in(user, "passkey")):
        reason = "single_sign_on" if isinstance(decision, SsoRequired) else "deactivated"
        record_failed_sign_in(reason=reason, user=user, data={"method": "passkey", "step": step})
        require(decision)


def _pending_stage(request: HttpRequest) -> SecondFactorStage:
    """Return the stage of a user who has entered the password. Raises Refused, also if it was interrupted since."""
    stage = SecondFactorStage.enter(request)
    if stage is None or not stage.is_current():
        raise Refused(_("That took too long. Sign in again."))
    return stage


@ceremony(signed_in=False)
def second_factor_options(request: HttpRequest, data: dict) -> dict[str, Any]:
    """Return the options for using one of the user's passkeys as the second factor."""
    user = request.user if request.user.is_authenticated else _pending_stage(request).login.user
    return keep_challenge(request, "second_factor", _options_of(user))


def _options_of(user: User) -> dict[str, Any]:
    if not has_passkey(user):  # an empty list would mean any passkey
        raise Refused(_("You have no passkeys. Use another way."))
    return authentication_options(user)


@ceremony(signed_in=False)
def passkey_second_factor(request: HttpRequest, data: dict) -> dict[str, Any]:
    """Use a passkey as the second factor: to finish signing in, or for an organization that asks for one later."""
    if request.user.is_authenticated:
        check_passkey(request, purpose="second_factor", data=data.get("credential"), user=request.user)
        set_second_factor(request.session, "passkey")
        confirm_identity(request.session)
        return {"url": get_next_url(request, value=data.get("next"))}
    stage = _pending_stage(request)
    user = stage.login.user
    check_passkey(request, purpose="second_factor", data=data.get("credential"), user=user)
    _require_can_sign_in(user, "second_factor")
    response = stage.exit()
    if request.user.is_authenticated:
        set_second_factor(request.session, "passkey")
        if data.get("remember") is True and (browser := find_browser(request, user)):
            remember_browser(browser=browser)
    return {"url": response.headers["Location"]}


@ceremony(signed_in=True)
def confirmation_options(request: UserRequest, data: dict) -> dict[str, Any]:
    """Return the options for confirming a sensitive action with a passkey."""
    return keep_challenge(request, "confirmation", _options_of(request.user))


@ceremony(signed_in=True)
def passkey_confirmation(request: UserRequest, data: dict) -> dict[str, Any]:
    """Confirm with a passkey that it is the user (S-7). It counts as the session's second factor as well."""
    check_passkey(request, purpose="confirmation", data=data.get("credential"), user=request.user)
    confirm_identity(request.session)
    if not has_used_factor(request.session):
        set_second_factor(request.session, "passkey")
    return {"url": get_next_url(request, value=data.get("next"))}
