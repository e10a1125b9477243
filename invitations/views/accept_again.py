"""Accepting after the browser forgot the link: the page was open for more than an hour, or cookies were cleared.

The page says so, and offers to send the link again. Nothing was accepted.
"""

from uuid import uuid4

from allauth.account.fields import EmailField
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.services import request_password_reset
from base.ids import parse_uuid
from base.policies import RateLimited
from base.responses import limit_reached


class LinkForm(forms.Form):
    """The email address that was invited."""

    email = EmailField(label=_("Email address"), error_messages={"required": _("Enter an email address.")})
    # Another for each page: pressing the button twice sends one email.
    press = forms.CharField(required=False, max_length=36, widget=forms.HiddenInput, initial=uuid4)


@sensitive_post_parameters("password")
def render_forgotten(request: HttpRequest) -> HttpResponse:
    """Respond 404 to a form whose link is gone, with the address that it was about."""
    typed = request.POST.get("username", "")[:254] or getattr(request.user, "email", "")
    return _render(request, LinkForm(initial={"email": typed}), status=404)


@require_http_methods(["GET", "HEAD", "POST"])
def accept_again(request: HttpRequest) -> HttpResponse:
    """Send the link again, as a password reset at a pending address does (I-11). All addresses get this response."""
    form = LinkForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _render(request, form, status=422 if form.is_bound else 200)
    email = form.cleaned_data["email"]
    try:
        press = parse_uuid(form.cleaned_data["press"])
        request_password_reset(request, email=email, press=press, prefer_invitation=True)
    except RateLimited as error:
        form.add_error(None, str(error))
        return limit_reached(_render(request, form, status=429), error)
    return render(request, "invitations/accept/again_sent.html", {"email": email})


def _render(request: HttpRequest, form: LinkForm, *, status: int) -> HttpResponse:
    return render(request, "invitations/accept/again.html", {"form": form}, status=status)
