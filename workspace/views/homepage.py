"""The Homepage: the member's projects, groups and first tasks."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from base.counting import capped_count
from organizations import pages, roles
from organizations.access import member_required
from organizations.permissions import Permission
from organizations.policies import can_add_users
from organizations.queries import accessible_projects, direct_roles_of, project_page
from organizations.requests import MemberRequest
from workspace import queries
from workspace.navigation import users_url

# The Homepage shows this many projects, then links to the Projects page.
PROJECTS_SHOWN = 8


@dataclass(frozen=True)
class FirstTask:
    """A quick action of a role, on a page that the member may open."""

    label: str
    icon: str
    url: str


def _first_tasks(request: MemberRequest, *, empty_pages: frozenset[str]) -> list[FirstTask]:
    """Return the tasks on pages that the member may open, except on `empty_pages` (page keys)."""
    available = [page for page in pages.accessible_pages(request.permissions) if page.key not in empty_pages]
    urls = {page.key: page.url(request.organization.slug) for page in available}
    actions = roles.quick_actions_of(direct_roles_of(request.membership))
    return [FirstTask(str(action.label), action.icon, urls[action.page]) for action in actions if action.page in urls]


@require_safe
@member_required()
def homepage(request: MemberRequest) -> HttpResponse:
    """Show the member's projects, groups and first tasks, and member counts to those who can see people.

    Every member may open it.
    """
    member, users = request.membership, users_url(request)
    projects = accessible_projects(member)
    total = capped_count(projects)
    context = {
        "member": member,
        "roles": direct_roles_of(member),
        "page": project_page(member, projects, size=PROJECTS_SHOWN),
        "project_total": total,
        "groups": queries.groups_of(member),
        "first_tasks": _first_tasks(request, empty_pages=frozenset() if total else frozenset({"projects"})),
        "can_list_projects": Permission.WORKSPACE_VIEW in request.permissions,
        "users_url": users,
        "people": queries.people_counts(request.organization) if users else None,
        "can_add_users": can_add_users(member),
    }
    return render(request, "workspace/homepage.html", context)
