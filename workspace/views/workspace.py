"""The Workspace page: the organization at a glance."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audit.lines import describe
from audit.queries import recent_entries
from base.counting import capped_count
from organizations import roles
from organizations.access import member_required
from organizations.permissions import Permission
from organizations.queries import groups_in, projects_in, roles_in
from organizations.requests import MemberRequest
from workspace import queries
from workspace.navigation import users_url


@require_safe
@member_required(Permission.WORKSPACE_VIEW)
def workspace(request: MemberRequest) -> HttpResponse:
    """Show counts, roles and who to ask, and recent activity to those who can see the audit log."""
    organization, available_roles = request.organization, roles_in(request.organization)
    context = {
        "roles": [(role, roles.description_of(role)) for role in available_roles],
        "people": queries.people_counts(organization),
        "can_see_people": Permission.PEOPLE_VIEW in request.permissions,
        "group_total": capped_count(groups_in(organization)),
        "project_total": capped_count(projects_in(organization)),
        "people_admins": queries.people_admins(organization, available_roles),
        "users_url": users_url(request),
    }
    if Permission.AUDIT_VIEW in request.permissions:
        context["activity"] = [describe(entry) for entry in recent_entries(organization.pk)]
    return render(request, "workspace/workspace.html", context)
