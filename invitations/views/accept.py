"""Following an invitation's link, and accepting it by a button and never by a GET (I-6, I-7, J-1 to J-3)."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import cast

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import NewPasswordForm
from accounts.models import User
from accounts.queries import user_exists
from accounts.services import sign_in_with_new_password
from base.policies import Refused
from invitations.links import read_token
from invitations.models import Invitation
from invitations.offers import offer_of
from invitations.policies import can_accept
from invitations.queries import Link, LinkState
from invitations.services import Outcome, accept_as_new_user, accept_as_user, ask_for_new_link
from invitations.views.accept_closed import closed, refused
from invitations.views.accept_cookie import followed, remember
from organizations.models import Membership


class Visitor(StrEnum):
    """Who stands before an open invitation; each has a page of that name."""

    NEW = "new"
    KNOWN = "known"
    INVITED = "invited"
    OTHER = "other"


@dataclass(frozen=True)
class Door:
    """An open invitation and who stands before it."""

    request: HttpRequest
    invitation: Invitation
    member: Membership

    @cached_property
    def visitor(self) -> Visitor:
        """The invited person or somebody else, signed in; or nobody, with or without an account to sign in to."""
        user = self.request.user
        if user.is_authenticated:
            return Visitor.INVITED if user.email == self.member.email_key else Visitor.OTHER
        return Visitor.KNOWN if user_exists(self.member.email_key) else Visitor.NEW

    @property
    def showed_another(self) -> bool:
        """True where a second link was followed in another tab since: the form that was sent belongs to the first."""
        return self.request.POST.get("invitation", str(self.invitation.pk)) != str(self.invitation.pk)

    @property
    def user_to_be(self) -> User:
        member = self.member
        return User(email=member.email_key, first_name=member.first_name, last_name=member.last_name)

    @property
    def welcome_url(self) -> str:
        return reverse("welcome", args=[self.invitation.organization.slug])


@require_safe
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The link in the mail. Changes nothing, however often a mail scanner asks: the token leaves the address for a
    cookie, so that no Referer, history or screenshot of the next page holds it (CVE-2022-23067)."""
    if read_token(token) is None:
        response = closed(request, Link(LinkState.UNKNOWN))
        # Django would log the address, which may hold a good token with a full stop behind it.
        response._has_been_logged = True  # type: ignore[attr-defined]
    else:
        response = remember(redirect("accept"), token)
    # Here only: browsers send "Origin: null" with a form on such a page, which the CSRF check refuses.
    response["Referrer-Policy"] = "no-referrer"
    return response


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest) -> HttpResponse:
    """The page where one accepts. Of what is posted only the password counts (CVE-2022-39306, CVE-2026-29056)."""
    link = followed(request)
    if link.state != LinkState.OPEN or not link.invitation or not link.invitation.membership:
        return closed(request, link)
    door = Door(request, link.invitation, link.invitation.membership)
    if not (answer := can_accept(door.member)):
        return refused(request, door.invitation, answer.reason)
    if request.method != "POST":
        return _page(door)
    if door.visitor in (Visitor.KNOWN, Visitor.OTHER) or door.showed_another:
        return _page(door, status=409)
    try:
        return _join_new(door) if door.visitor == Visitor.NEW else _join(door)
    except Refused as no:
        return refused(request, door.invitation, str(no))


@require_POST
def other_account(request: HttpRequest) -> HttpResponse:
    """Signs out who is not the invited person (J-2); the link is kept."""
    get_adapter().logout(request)
    return redirect("accept")


@require_POST
def new_link(request: HttpRequest) -> HttpResponse:
    """Asks the inviter for a new link (I-7); the page of the expired one then says that they were told."""
    link = followed(request)
    if link.state == LinkState.EXPIRED and link.invitation:
        ask_for_new_link(invitation=link.invitation)
    return redirect("accept")


def _page(
    door: Door, *, visitor: Visitor | None = None, form: NewPasswordForm | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "invitation": door.invitation,
        "member": door.member,
        "offer": offer_of(door.invitation),
        "form": form or NewPasswordForm(user=door.user_to_be),
        "another": door.showed_another,
    }
    return render(door.request, f"invitations/accept/{visitor or door.visitor}.html", context, status=status)


def _join_new(door: Door) -> HttpResponse:
    form = NewPasswordForm(door.request.POST, user=door.user_to_be)
    if not form.is_valid():
        return _page(door, form=form, status=422)
    outcome, user = accept_as_new_user(invitation=door.invitation, password=form.cleaned_data["password"])
    if user is None:
        return _too_late(door, outcome)
    return sign_in_with_new_password(door.request, user, next_url=door.welcome_url)


def _join(door: Door) -> HttpResponse:
    outcome = accept_as_user(invitation=door.invitation, user=cast(User, door.request.user))
    return redirect(door.welcome_url) if outcome == Outcome.JOINED else _too_late(door, outcome)


def _too_late(door: Door, outcome: Outcome) -> HttpResponse:
    """Somebody or something was quicker: says what became of the invitation, by asking once more."""
    if outcome == Outcome.USER_EXISTS:
        return _page(door, visitor=Visitor.KNOWN, status=409)
    link = followed(door.request)
    if outcome == Outcome.ALREADY_MEMBER or link.state == LinkState.OPEN:
        return closed(door.request, Link(LinkState.USED, door.invitation))
    return closed(door.request, link)
