"""My access: what I can do and see in this organization, and through what (S-9)."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from base import params
from base.counting import capped_count
from organizations.access import member_required
from organizations.effective_access import Access
from organizations.permissions import Permission
from organizations.queries import accessible_projects, all_roles_of, project_page
from organizations.requests import MemberRequest
from organizations.roles import capabilities_of
from workspace import queries

GROUPS_LIMIT = 50


@require_safe
@member_required()
def my_access(request: MemberRequest) -> HttpResponse:
    """Show roles, permissions, groups and a page of projects, each with where it comes from."""
    member = request.membership
    after, before = (params.line(request, name, limit=400) for name in ("after", "before"))
    projects = accessible_projects(member)
    page = project_page(member, projects, after=after, before=before)
    groups = queries.groups_of(member, limit=GROUPS_LIMIT + 1)
    access = Access(member)
    context = {
        "access": access,
        "capabilities": capabilities_of(all_roles_of(member)),
        "groups": groups[:GROUPS_LIMIT],
        "has_more_groups": len(groups) > GROUPS_LIMIT,
        "can_open_groups": Permission.PEOPLE_VIEW in request.permissions,
        "page": page,
        "project_total": capped_count(projects),
        "can_list_projects": Permission.WORKSPACE_VIEW in request.permissions,
        "previous": page.previous and params.address(request, before=page.previous),
        "next": page.next and params.address(request, after=page.next),
    }
    return render(request, "workspace/my_access.html", context)
