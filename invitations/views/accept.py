"""Opening an invitation link, and accepting with a button, never with a GET (I-6, I-7, J-1 to J-3)."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import cast

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import NewPasswordForm
from accounts.models import User
from accounts.next_url import with_next
from accounts.queries import AccountRules, user_exists
from accounts.services import check_attempts, clear_attempts, ip_keys, record_failure, sign_in, start_attempt
from accounts.services.sign_in import SignIns
from base.policies import RateLimited, Refused
from base.responses import limit_reached
from invitations.content import invitation_content
from invitations.links import read_token
from invitations.models import Invitation
from invitations.policies import can_accept
from invitations.queries import Link, LinkState
from invitations.services import Outcome, accept_as_new_user, accept_as_user, request_new_link
from invitations.views.accept_again import render_forgotten
from invitations.views.accept_closed import render_closed, render_denied
from invitations.views.accept_cookie import store_token, stored_link
from organizations.brands import show_brand
from organizations.models import Membership
from organizations.policies import requires_two_factor, strictest_rules

# New passwords that may be refused before the form waits. Simultaneous presses of Accept count as well (J-3).
PASSWORD_TRIES = 100


class Visitor(StrEnum):
    """Who opened the invitation. Each kind of visitor has a template of that name."""

    NEW_USER = "new_user"
    EXISTING_USER = "existing_user"
    SIGNED_IN = "signed_in"
    OTHER_USER = "other_user"


@dataclass(frozen=True)
class OpenInvitation:
    """An invitation that can be accepted, and the request of its visitor."""

    request: HttpRequest
    invitation: Invitation
    member: Membership

    @cached_property
    def visitor(self) -> Visitor:
        """Signed in as the invited user or as another one; or signed out, with or without an account."""
        user = self.request.user
        if user.is_authenticated:
            return Visitor.SIGNED_IN if user.email == self.member.email_key else Visitor.OTHER_USER
        return Visitor.EXISTING_USER if user_exists(self.member.email_key) else Visitor.NEW_USER

    @property
    def needs_single_sign_on(self) -> bool:
        """True if only the organization's identity provider can accept it (O-4): no password, and no other session."""
        return self.member.organization.sso_enforced and bool(can_accept(self.member, single_sign_on=True))

    @property
    def is_outdated_form(self) -> bool:
        """True if the form belongs to another invitation: its link was opened before this one, in another tab."""
        return self.request.POST.get("invitation", str(self.invitation.pk)) != str(self.invitation.pk)

    @property
    def unsaved_user(self) -> User:
        """The user that accepting creates, for validating the password."""
        member = self.member
        return User(email=member.email_key, first_name=member.first_name, last_name=member.last_name)

    @cached_property
    def account_rules(self) -> AccountRules:
        """What the inviting organization asks of the password: the user isn't a member of any yet."""
        return strictest_rules([self.member])

    @property
    def welcome_url(self) -> str:
        return reverse("welcome", args=[self.invitation.organization.slug])


@require_safe
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Move the token of an email's link into a cookie and redirect to the accept page. Changes nothing else.

    Mail scanners may open the link any number of times. The address of the next page has no token, so no Referer,
    history entry or screenshot reveals it (CVE-2022-23067).
    """
    keys = ip_keys("invitation_link")
    check_attempts(*keys)
    if read_token(token) is None:
        record_failure(*keys)
        response = render_closed(request, Link(LinkState.UNKNOWN))
        # Django would log the path of a 404, which may contain a valid token followed by a full stop.
        response._has_been_logged = True  # type: ignore[attr-defined]
    else:
        response = store_token(redirect("accept"), token)
    # Only on this page: with "no-referrer", browsers send "Origin: null" with a form, which the CSRF check refuses.
    response["Referrer-Policy"] = "no-referrer"
    return response


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest) -> HttpResponse:
    """Show the accept page, or accept. Only the password is read from the form (CVE-2022-39306, CVE-2026-29056)."""
    link = stored_link(request)
    if request.method == "POST" and link.state == LinkState.UNKNOWN:
        return render_forgotten(request)
    if link.state != LinkState.OPEN or not link.invitation or not link.invitation.membership:
        return render_closed(request, link)
    current = OpenInvitation(request, link.invitation, link.invitation.membership)
    show_brand(request, current.invitation.organization)
    if request.method != "POST":
        return _show(current)
    if not (decision := can_accept(current.member)):
        return render_denied(request, current.invitation, decision.reason)
    if current.visitor in (Visitor.EXISTING_USER, Visitor.OTHER_USER) or current.is_outdated_form:
        return _render_open(current, status=409)
    try:
        return _accept_new_user(current) if current.visitor == Visitor.NEW_USER else _accept_signed_in(current)
    except Refused as error:
        return render_denied(request, current.invitation, str(error))


def render_out_of_date(request: HttpRequest) -> HttpResponse:
    """Respond 403 to a form that was sent with another session's CSRF token. Shows the page again, with a new one."""
    link = stored_link(request)
    if link.state == LinkState.UNKNOWN:
        return render_forgotten(request)
    if link.state != LinkState.OPEN or not link.invitation or not link.invitation.membership:
        return render_closed(request, link)
    current = OpenInvitation(request, link.invitation, link.invitation.membership)
    show_brand(request, current.invitation.organization)
    problem = _("You signed in or out in another tab. You haven’t accepted the invitation yet. Accept it here.")
    return _show(current, status=403, problem=problem)


@require_POST
def switch_account(request: HttpRequest) -> HttpResponse:
    """Sign out a user who is not the invited person (J-2). The cookie with the token is kept."""
    get_adapter().logout(request)
    return redirect("accept")


@require_POST
def new_link(request: HttpRequest) -> HttpResponse:
    """Ask the inviter for a new link (I-7). The page of the expired invitation then confirms it."""
    link = stored_link(request)
    if link.state == LinkState.EXPIRED and link.invitation:
        request_new_link(invitation=link.invitation)
    return redirect("accept")


def _show(current: OpenInvitation, *, status: int = 200, problem: str = "") -> HttpResponse:
    if current.needs_single_sign_on:
        return _render_open(current, template="single_sign_on", status=status, problem=problem)
    if not (decision := can_accept(current.member)):
        return render_denied(current.request, current.invitation, decision.reason)
    return _render_open(current, status=status, problem=problem)


def _render_open(
    current: OpenInvitation,
    *,
    template: str = "",
    form: NewPasswordForm | None = None,
    status: int = 200,
    problem: str = "",
) -> HttpResponse:
    context = {
        "invitation": current.invitation,
        "member": current.member,
        "content": invitation_content(current.invitation),
        "form": form or NewPasswordForm(user=current.unsaved_user, account_rules=current.account_rules),
        "is_outdated_form": current.is_outdated_form,
        "problem": problem,
        "requires_two_factor": requires_two_factor(current.member, timezone.now()),
    }
    name = f"invitations/accept/{template or current.visitor}.html"
    return render(current.request, name, context, status=status)


def _accept_new_user(current: OpenInvitation) -> HttpResponse:
    keys = (f"invitation:{current.invitation.pk}", *ip_keys("invitation"))
    try:
        start_attempt(*keys, limit=PASSWORD_TRIES)  # checking a password takes CPU time
    except RateLimited as error:
        return limit_reached(_render_open(current, problem=str(error)), error)
    form = NewPasswordForm(current.request.POST, user=current.unsaved_user, account_rules=current.account_rules)
    if not form.is_valid():
        return _render_open(current, form=form, status=422)
    clear_attempts(*keys)
    outcome, user = accept_as_new_user(invitation=current.invitation, password=form.cleaned_data["password"])
    if user is None:
        return _render_conflict(current, outcome)
    return sign_in(current.request, user, method="password", next_url=current.welcome_url)


def _accept_signed_in(current: OpenInvitation) -> HttpResponse:
    if not SignIns.of(current.request.session).own:  # another organization's identity provider signed them in (O-3)
        messages.info(current.request, _("To accept this invitation, sign in with your password."))
        return redirect(with_next(reverse("sign_in_again"), reverse("accept")))
    outcome = accept_as_user(invitation=current.invitation, user=cast(User, current.request.user))
    return redirect(current.welcome_url) if outcome == Outcome.JOINED else _render_conflict(current, outcome)


def _render_conflict(current: OpenInvitation, outcome: Outcome) -> HttpResponse:
    """Render the page for an invitation that changed while it was being accepted. Reads the link's state again."""
    if outcome == Outcome.USER_EXISTS:
        return _render_open(current, template=Visitor.EXISTING_USER, status=409)
    link = stored_link(current.request)
    if outcome == Outcome.ALREADY_MEMBER or link.state == LinkState.OPEN:
        return render_closed(current.request, Link(LinkState.USED, current.invitation))
    return render_closed(current.request, link)
