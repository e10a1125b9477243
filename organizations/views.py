"""Coming in, and changing between organizations (A-5)."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.requests import UserRequest
from base import params
from organizations.queries import memberships_of, roles_of

# So many fit on a screen; more are easier to search.
SEARCH_FROM = 20


@require_safe
@login_required
def root(request: UserRequest) -> HttpResponse:
    """To the organization where the user was active last, or to the chooser where there is none."""
    members = memberships_of(request.user)
    if not members:
        return redirect("organizations")
    latest = max(members, key=lambda member: member.last_active_at)
    return redirect("homepage", latest.organization.slug)


@require_safe
@login_required
def chooser(request: UserRequest) -> HttpResponse:
    """All of one's organizations; `q` searches where there are many."""
    search = params.line(request, "q")
    members = memberships_of(request.user, search=search)
    context = {
        "search": search,
        "searchable": bool(search) or len(members) > SEARCH_FROM,
        "members": [(member, ", ".join(role.label for role in roles_of(member))) for member in members],
    }
    return render(request, "organizations/chooser.html", context)
