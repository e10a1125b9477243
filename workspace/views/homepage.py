"""The Homepage: the member's access and recent changes. People who can see users also get tasks and statistics."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.own_sign_in import can_set_up_second_factor
from base.counting import capped_count
from organizations.access import member_required
from organizations.permissions import Permission
from organizations.policies import can_add_users
from organizations.queries import accessible_projects, direct_roles_of, project_page
from organizations.requests import MemberRequest
from workspace import queries
from workspace.home import changes, tiles
from workspace.home.first_tasks import TaskList, task_list
from workspace.home.needs import needs
from workspace.navigation import users_url

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
        "tasks": _tasks(request, bool(total)),
        "tasks_just": _just_gone(request),
    }


def _just_gone(request: MemberRequest) -> str:
    """Return why the first tasks have just gone: "hidden", or the last task that was ticked off; "" otherwise."""
    member, just = request.membership, request.GET.get("tasks", "")
    return just if just in (["hidden"] if member.tasks_hidden else member.tasks_done) else ""


def _tasks(request: MemberRequest, has_projects: bool) -> TaskList | None:
    """Return the first tasks. `has_projects` may leave out projects that come with a role."""
    member = request.membership
    return task_list(
        member,
        has_projects=lambda: has_projects or accessible_projects(member).exists(),
        second_factor=can_set_up_second_factor(request),
    )
