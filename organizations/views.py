"""The start page, and choosing an organization (A-5)."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.requests import UserRequest
from base import context, params
from organizations.policies import ip_allowed
from organizations.queries import direct_roles_of, memberships_of

# The search is shown for more organizations than fit on a screen.
SEARCH_FROM = 20


@require_safe
@login_required
def root(request: UserRequest) -> HttpResponse:
    """Redirect to the organization where the user was last active, or to the chooser if they have none.

    Organizations that can't be opened from the user's network are left out, unless there is no other one.
    """
    members, ip = memberships_of(request.user), context.current().ip
    if not members:
        return redirect("organizations")
    open_here = [member for member in members if ip_allowed(member.organization.allowed_ip_ranges, ip)]
    latest = max(open_here or members, key=lambda member: member.last_active_at)
    return redirect("homepage", latest.organization.slug)


@require_safe
@login_required
def chooser(request: UserRequest) -> HttpResponse:
    """List the user's organizations. `q` searches by name."""
    search = params.line(request, "q")
    members = memberships_of(request.user, search=search)
    values = {
        "search": search,
        "searchable": bool(search) or len(members) > SEARCH_FROM,
        "members": [(member, ", ".join(role.label for role in direct_roles_of(member))) for member in members],
    }
    return render(request, "organizations/chooser.html", values)
