"""The Workspace page: the organization at a glance."""

from typing import Any

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
from workspace.records.queries import count_records
from workspace.records.types import TYPES


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
    context["record_totals"] = _record_totals(request)
    if Permission.AUDIT_VIEW in request.permissions:
        context["activity"] = [describe(entry) for entry in recent_entries(organization.pk)]
    return render(request, "workspace/workspace.html", context)


def _record_totals(request: MemberRequest) -> list[dict[str, Any]]:
    """Return how many datasets, sources and so on there are, for the lists that the member may open."""
    return [
        {
            "label": each.plural,
            "value": count_records(request.organization, each.model),
            "url": each.list_url(request.organization.slug),
        }
        for each in TYPES
        if each.model.VIEW in request.permissions
    ]
