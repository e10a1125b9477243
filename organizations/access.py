"""Fetch and authorize in one call: every page of an organization goes through member_required()."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from base.policies import require
from organizations import pages, policies, queries, services
from organizations.models import Membership
from organizations.permissions import Permission

# Last active is written at most this often for a member: it is shown by the minute at best.
TOUCH_AFTER = timedelta(minutes=5)


def _navigation(request) -> list[dict]:
    """The sidebar: sections of the pages that the member may open, the one being shown marked."""
    titles = {pages.Section.WORKSPACE: "", pages.Section.ACCOUNT: _("Account")}
    shown = pages.open_to(request.permissions)
    sections = [
        {"title": title, "items": [_entry(request, page) for page in shown if page.section == section]}
        for section, title in titles.items()
    ]
    return [section for section in sections if section["items"]]


def _entry(request, page: pages.Page) -> dict:
    url = page.url(request.organization.slug)
    return {"label": page.label, "url": url, "icon": page.icon, "current": _is_at(request.path, url)}


def _is_at(path: str, url: str) -> bool:
    return path == url or (url.count("/") > 3 and path.startswith(url))


def _sign_in(request):
    """To the sign-in page; it leads back to what was being read, or to the page that a form stood on."""
    if request.method in ("GET", "HEAD"):
        return redirect_to_login(request.get_full_path())
    return redirect_to_login(request.path)


def _enter(request, member: Membership) -> None:
    request.membership = member
    request.organization = member.organization
    request.permissions = queries.permissions_of_member(member)
    request.navigation = lambda: _navigation(request)
    if timezone.now() - member.last_active_at > TOUCH_AFTER:
        services.touch_member(member=member)


def _find(request, slug: str) -> Membership:
    request.memberships = queries.memberships_of(request.user)
    member = next((found for found in request.memberships if found.organization.slug == slug), None)
    member = member or queries.membership_at(request.user, slug)
    if member is None:
        raise Http404
    return member


def member_required(permission: Permission | None = None, *, before_welcome: bool = False) -> Callable:
    """Decorates a view of an organization, which finds request.membership, .organization and .permissions.

    The signed-out go to sign in; who is no active member gets 404; who lacks `permission`, 403 with the reason.
    A member who has not seen the welcome dialog is led there first (J-4) unless `before_welcome`.
    """

    def decorate(view):
        @wraps(view)
        def wrapped(request, slug: str, *args, **kwargs):
            if not request.user.is_authenticated:
                return _sign_in(request)
            member = _find(request, slug)
            _enter(request, member)
            if permission:
                require(policies.can(member, permission))
            if member.welcomed_at is None and not before_welcome and request.method == "GET" and not request.htmx:
                return redirect(reverse("welcome", args=[slug]))
            return view(request, *args, **kwargs)

        return wrapped

    return decorate
