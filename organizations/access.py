"""Fetching and authorizing in one call: every view of an organization is decorated with member_required()."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.services.sign_in import SECOND_FACTOR, SignIns
from base import context
from base.policies import Refused, require
from base.responses import htmx_redirect, page_url
from organizations import pages, policies, queries, services
from organizations.brands import show_brand
from organizations.models import Membership
from organizations.permissions import Permission

# "Last active" is written at most this often per member. Pages show it to the minute at most.
TOUCH_INTERVAL = timedelta(minutes=5)


def _navigation(request) -> list[dict]:
    """Return the sections of the navigation with the pages that the member can open. The current page is marked."""
    titles = {pages.Section.WORKSPACE: "", pages.Section.ACCOUNT: _("Account")}
    accessible = pages.accessible_pages(request.permissions)
    sections = [
        {"title": title, "items": [_navigation_item(request, page) for page in accessible if page.section == section]}
        for section, title in titles.items()
    ]
    return [section for section in sections if section["items"]]


def _navigation_item(request, page: pages.Page) -> dict:
    url = page.url(request.organization.slug)
    return {"label": page.label, "url": url, "icon": page.icon, "current": _is_current(request.path, url)}


def _is_current(path: str, url: str) -> bool:
    return path == url or (url.count("/") > 3 and path.startswith(url))


def _redirect_to_sign_in(request):
    """Redirect to the sign-in page, which leads back to this page, or to the page of the form that was submitted."""
    return redirect_to_login(page_url(request, request.path))


def _set_membership(request, member: Membership) -> None:
    request.membership = member
    request.organization = member.organization
    show_brand(request, member.organization)
    request.permissions = queries.permissions_of_member(member)
    request.memberships = policies.members_to_name(request.memberships, SignIns.of(request.session))
    request.navigation = lambda: _navigation(request)
    is_own = SignIns.of(request.session).own  # otherwise the identity provider may check a second factor
    request.two_factor_deadline = policies.two_factor_deadline(member, timezone.now()) if is_own else None
    if timezone.now() - member.last_active_at > TOUCH_INTERVAL:
        services.touch_member(member=member)


def _get_membership(request, slug: str) -> Membership:
    request.memberships = queries.memberships_of(request.user)
    member = next((member for member in request.memberships if member.organization.slug == slug), None)
    member = member or queries.membership_at(request.user, slug)
    if member is None:
        raise Http404
    return member


# Key in the session: by organization, the limit of sessions that this one was counted for.
SESSION_LIMITS = "session_limits"


def _check_session(request, member: Membership) -> HttpResponse | None:
    """Apply the organization's security policies (S-6). Return the response if the session may not open it.

    Raises Refused for addresses that are not allowed.
    """
    check = _policy_check(request, member)
    if check.outcome == policies.Outcome.OPEN and member.organization.sso_enforced:
        _record_break_glass(request, member)
    if check.outcome == policies.Outcome.OPEN and _is_new(request, member):
        services.enter_organization(member=member, session=request.session.row)
        check = _policy_check(request, member)  # The limit of sessions may have ended this one.
    if check.outcome == policies.Outcome.OPEN:
        return None
    if check.outcome == policies.Outcome.DENIED:
        raise Refused(check.reason)
    return _redirect(request, member, check)


def _policy_check(request, member: Membership) -> policies.SessionCheck:
    return policies.check_session(
        member,
        request.session.row,
        sign_ins=SignIns.of(request.session),
        second_factor=request.session.get(SECOND_FACTOR, ""),
        ip=context.current().ip,
        now=timezone.now(),
    )


def _record_break_glass(request, member: Membership) -> None:
    """Record the first request of a session that opens the organization without single sign-on (O-4)."""
    key, session = str(member.organization_id), request.session
    if key not in SignIns.of(session).sso and not services.is_break_glass_session(session, key):
        services.record_break_glass(member=member, session=session)


def _is_new(request, member: Membership) -> bool:
    """Return whether the session opens the organization for the first time, or since its limit of sessions changed."""
    key, limit = str(member.organization_id), member.organization.max_sessions
    limits = request.session.get(SESSION_LIMITS, {})
    if key in request.session.row.organization_ids and limit in (0, limits.get(key)):
        return False
    if limit:
        request.session[SESSION_LIMITS] = {**limits, key: limit}
    return True


# Where each outcome of the policies leads. Each page returns to `next`.
PAGES = {
    policies.Outcome.SIGN_IN: "sign_in_again",
    policies.Outcome.SECOND_FACTOR: "second_factor",
    policies.Outcome.SET_UP_TWO_FACTOR: "two_factor_setup",
}


def _redirect(request, member: Membership, check: policies.SessionCheck) -> HttpResponse:
    path = page_url(request, request.path)
    if check.outcome == policies.Outcome.SINGLE_SIGN_ON:
        url = reverse("single_sign_on", args=[member.organization.slug])
        return htmx_redirect(request, f"{url}?{urlencode({REDIRECT_FIELD_NAME: path})}")
    if check.outcome == policies.Outcome.SIGN_IN and len(request.memberships) == 1:
        # Nothing else is open in this session, so it ends.
        logout(request)
        messages.info(request, check.reason)
        return htmx_redirect(request, redirect_to_login(path).url)
    if check.outcome == policies.Outcome.SIGN_IN:  # the other pages name the organizations themselves
        messages.info(request, check.reason)
    return htmx_redirect(request, f"{reverse(PAGES[check.outcome])}?{urlencode({REDIRECT_FIELD_NAME: path})}")


def member_required(permission: Permission | None = None, *, before_welcome: bool = False) -> Callable:
    """Decorate a view of an organization. Sets request.membership, .organization and .permissions.

    Visitors who are not signed in are redirected to the sign-in page. Users who are not active members get 404. Members
    without `permission` get 403 with the reason. Members who have not seen the welcome dialog are redirected to it
    (J-4), unless `before_welcome` is True.
    """

    def decorate(view):
        @wraps(view)
        def wrapped(request, slug: str, *args, **kwargs):
            if not request.user.is_authenticated:
                return _redirect_to_sign_in(request)
            member = _get_membership(request, slug)
            if response := _check_session(request, member):
                return response
            _set_membership(request, member)
            if permission:
                require(policies.can(member, permission))
            if member.welcomed_at is None and not before_welcome and request.method == "GET" and not request.htmx:
                return redirect(reverse("welcome", args=[slug]))
            return view(request, *args, **kwargs)

        return wrapped

    return decorate
