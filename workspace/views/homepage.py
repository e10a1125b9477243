"""The Homepage: the member's access and recent changes. People who can see users also get tasks and statistics."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from base.counting import capped_count
from organizations.access import member_required
from organizations.permissions import Permission
from organizations.policies import can_add_users
from organizations.queries import accessible_projects, direct_roles_of, project_page
from organizations.requests import MemberRequest
from workspace import queries
from workspace.home import changes, tiles
from workspace.home.first_tasks import SECOND_FACTOR, first_tasks, task_list
from workspace.home.needs import needs
from workspace.navigation import users_url
from workspace.services.first_tasks import finish_task, hide_tasks

# The Homepage shows this many projects, then links to the Projects page.
PROJECTS_SHOWN = 8


@require_safe
@member_required()
def homepage(request: MemberRequest) -> HttpResponse:
    """Show the parts of the Homepage whose list the member may open (A-1). Every member may open it."""
    member, now = request.membership, timezone.now()
    sees_people = Permission.PEOPLE_VIEW in request.permissions
    context = {
        "member": member,
        "roles": direct_roles_of(member),
        "users_url": users_url(request),
        "can_add_users": can_add_users(member),
        "needs": needs(member, now),
        "members": tiles.members_tile(member, now),
        "two_factor": tiles.two_factor_tile(member),
        "invitations": tiles.invitations_tile(member, now),
        "score": tiles.score_tile(member, now),
        "last_changes": tiles.last_changes(member),
        "activity": [] if sees_people else changes.changes_for(member, now),
        **_own_context(request, by_role=not sees_people),
    }
    return render(request, "workspace/home/page.html", context)


def _own_context(request: MemberRequest, *, by_role: bool) -> dict[str, Any]:
    """Return the member's projects, groups and first tasks. People managers see the projects given to them only."""
    member = request.membership
    projects = accessible_projects(member, by_role=by_role)
    total = capped_count(projects)
    return {
        "page": project_page(member, projects, size=PROJECTS_SHOWN),
        "project_total": total,
        "can_list_projects": Permission.WORKSPACE_VIEW in request.permissions,
        "can_edit_projects": bool({Permission.PROJECTS_EDIT, Permission.PROJECTS_MANAGE} & request.permissions),
        "groups": queries.groups_with_sizes(member),
        "tasks": task_list(member, without_pages=frozenset() if total else frozenset({"projects"})),
    }


@require_POST
@member_required()
def homepage_task(request: MemberRequest, key: str) -> HttpResponse:
    """Mark a first task as done and open its page. 404 if the member doesn't have the task."""
    task = next((task for task in first_tasks(request.membership) if task.key == key), None)
    if task is None:
        raise Http404
    if key != SECOND_FACTOR:  # which is done when it is set up
        finish_task(member=request.membership, key=key)
    return redirect(task.url)


@require_POST
@member_required()
def homepage_tasks_hidden(request: MemberRequest) -> HttpResponse:
    """Hide the first tasks."""
    hide_tasks(member=request.membership)
    return redirect(reverse("homepage", args=[request.organization.slug]))
