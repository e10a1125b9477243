"""Changing the email address: asking for it, and confirming it with the link that was sent to the new address."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import login_required
from accounts.forms import EmailChangeForm
from accounts.fresh import is_fresh
from accounts.links import EmailConfirmation, InvalidLink, read_email_confirmation
from accounts.models import User
from accounts.next_url import get_next_url, with_next
from accounts.own_sign_in import own_sign_in_required
from accounts.policies import can_change_email
from accounts.requests import UserRequest
from accounts.services import AddressTaken, LinkEnded, confirm_email_change, request_email_change
from accounts.views.links import invalid_link, link_problem
from base.policies import Refused
from base.responses import limit_reached


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@own_sign_in_required
def email_change(request: UserRequest) -> HttpResponse:
    """Ask for a new address, with the password. Users without a password need a fresh sign-in instead (S-7)."""
    user, next_url = request.user, get_next_url(request)
    if not user.has_usable_password() and not is_fresh(request):
        return redirect(with_next(reverse("account_reauthenticate"), request.path))
    form = EmailChangeForm(request.POST or None, request=request, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            request_email_change(user=user, email=form.cleaned_data["email"])
            return redirect(with_next(reverse("email_change_sent"), next_url))
        except Refused as refusal:
            form.add_error("email", str(refusal))
    context = {"form": form, "next": next_url, "refusal": can_change_email(user).reason}
    response = render(request, "account/email_change.html", context, status=422 if request.method == "POST" else 200)
    return limit_reached(response, form.limit) if form.limit else response


@require_safe
@login_required
def email_change_sent(request: UserRequest) -> HttpResponse:
    """Say where the confirmation was sent, the same whether that address has a user or not (S-1)."""
    if not request.user.pending_email:
        return redirect("email_change")
    return render(request, "account/email_change_sent.html", {"next": get_next_url(request)})


@require_http_methods(["GET", "HEAD", "POST"])
def email_confirmation(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether to change the address. GET changes nothing, because email scanners open every link."""
    try:
        confirmation = read_email_confirmation(token)
        user = User.objects.get(pk=confirmation.user_id)
        if request.method == "POST":
            return _confirm(request, user, confirmation)
    except (InvalidLink, User.DoesNotExist):
        return invalid_link(request)
    if not confirmation.belongs_to(user):
        return _link_ended(request)
    return render(request, "account/email_confirmation.html", {"old": user.email, "new": confirmation.email})


def _confirm(request: HttpRequest, user: User, confirmation: EmailConfirmation) -> HttpResponse:
    try:
        confirm_email_change(user=user, email=confirmation.email, is_current=confirmation.belongs_to)
    except AddressTaken:
        text = _("Another account uses %(email)s. Your address is still %(old)s.")
        names = {"email": confirmation.email, "old": user.email}
        return link_problem(request, _("This address is already used"), text % names, 409)
    except LinkEnded:
        return _link_ended(request)
    except Refused as refusal:
        return link_problem(request, _("Your email address can’t be changed"), str(refusal), 403)
    messages.success(request, _("Your email address is now %(email)s.") % {"email": confirmation.email})
    return redirect(settings.LOGIN_REDIRECT_URL)


def _link_ended(request: HttpRequest) -> HttpResponse:
    text = _("It has already been used, or you’ve since asked for another address or changed your password.")
    return link_problem(request, _("This link no longer works"), text, 410)
