"""Pages for the user's passkeys: list, add, name, remove (S-2, S-4)."""

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_otp_webauthn.models import WebAuthnCredential

from accounts.access import login_required
from accounts.forms import PasskeyForm
from accounts.fresh import fresh_sign_in_required, require_fresh_sign_in
from accounts.models import User
from accounts.next_url import get_next_url
from accounts.own_sign_in import can_change_account, own_sign_in_required
from accounts.policies import can_remove_factor
from accounts.queries import find_passkey, get_second_factors, list_passkeys, signal_accepted_passkeys
from accounts.requests import UserRequest
from accounts.second_factor_access import second_factor_required
from accounts.services import dismiss_passkey_offer, remove_passkey, rename_passkey
from base.policies import Refused
from base.responses import htmx_redirect, is_htmx_fragment


def _list_url(request: UserRequest) -> str:
    return get_next_url(request, reverse("passkeys"))


def _get_passkey(request: UserRequest, passkey_id: int) -> WebAuthnCredential:
    if (passkey := find_passkey(request.user, passkey_id)) is None:
        raise Http404
    return passkey


@require_safe
@login_required
def passkeys(request: UserRequest) -> HttpResponse:
    """List the user's passkeys, for users without an organization, too."""
    context = {"passkeys": list_passkeys(request.user), "can_change": can_change_account(request)}
    return render(request, "account/passkeys.html", context)


@require_safe
@own_sign_in_required
@second_factor_required
def passkey_new(request: UserRequest) -> HttpResponse:
    """Show what a passkey is, and a button to create one."""
    require_fresh_sign_in(request)
    return render(request, "account/passkey_new.html", {"next": _list_url(request)})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@own_sign_in_required
def passkey_name(request: UserRequest, passkey_id: int) -> HttpResponse:
    """Change the name of a passkey: on a page of its own, or for htmx in its row."""
    passkey, target = _get_passkey(request, passkey_id), _list_url(request)
    form = PasskeyForm(request.POST if request.method == "POST" else None, initial={"name": passkey.name})
    context = {"form": form, "passkey": passkey, "next": target}
    if request.method != "POST" or not form.is_valid():
        template = "account/privacy/_passkey_name.html" if is_htmx_fragment(request) else "account/passkey_name.html"
        return render(request, template, context, status=422 if form.is_bound else 200)
    rename_passkey(passkey=passkey, name=form.cleaned_data["name"])
    if is_htmx_fragment(request):
        return render(request, "account/privacy/_passkey.html", context | {"is_new": True, "can_change": True})
    return redirect(target)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@own_sign_in_required
@fresh_sign_in_required
def passkey_removal(request: UserRequest, passkey_id: int) -> HttpResponse:
    """Remove a passkey after a confirmation, or say why it can't be removed."""
    passkey, target = _get_passkey(request, passkey_id), _list_url(request)
    if request.method == "POST":
        return _remove(request, passkey, target)
    context = {
        "passkey": passkey,
        "decision": can_remove_factor(request.user),
        "is_last": _has_one_factor(request.user),
        "next": target,
        "cancel_url": target,
        "tone": "danger",
        "icon_name": "passkey",
    }
    return render(request, "account/passkey_removal.html", context)


def _has_one_factor(user: User) -> bool:
    factors = get_second_factors(user)
    return factors.app + factors.passkeys == 1


def _remove(request: UserRequest, passkey: WebAuthnCredential, target: str) -> HttpResponse:
    try:
        remove_passkey(passkey=passkey, session=request.session)
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Removed the passkey %(name)s.") % {"name": passkey.name})
    return htmx_redirect(request, target)


@require_safe
@login_required
def passkey_signal(request: UserRequest) -> JsonResponse:
    """Return which passkeys still work, so that the browser can hide the others (Signal API)."""
    return JsonResponse(signal_accepted_passkeys(request.user))


@require_POST
@login_required
def passkey_offer_dismissal(request: UserRequest) -> HttpResponse:
    """Hide the offer of a passkey for a while, or with `forever` for good."""
    dismiss_passkey_offer(request, user=request.user, forever=bool(request.POST.get("forever")))
    return HttpResponse() if request.htmx else redirect(get_next_url(request))
