"""Homepage, Workspace, Account preferences."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms import NameForm
from accounts.services import rename_user
from audit.descriptions import describe
from audit.queries import recent_entries
from base.counting import capped_count
from organizations import pages, roles
from organizations.access import member_required
from organizations.permissions import Permission
from organizations.policies import can_add_users
from organizations.queries import accessible_projects, direct_roles_of, groups_in, project_page, projects_in, roles_in
from organizations.requests import MemberRequest
from workspace import queries

# How many projects the Homepage shows before it leads to the page of them all.
FEW = 8


@dataclass(frozen=True)
class FirstTask:
    """A quick action of a role that leads to a page which the member may open."""

    label: str
    icon: str
    url: str


def _first_tasks(request: MemberRequest, *, empty: frozenset[str]) -> list[FirstTask]:
    """Tasks on pages that the member may open, but for those (`empty`, keys) where there is nothing to do yet."""
    opened = [page for page in pages.accessible_pages(request.permissions) if page.key not in empty]
    urls = {page.key: page.url(request.organization.slug) for page in opened}
    actions = roles.quick_actions_of(direct_roles_of(request.membership))
    return [FirstTask(str(action.label), action.icon, urls[action.page]) for action in actions if action.page in urls]


def _users_url(request: MemberRequest) -> str:
    """The address of the Users page, blank for those who may not open it."""
    users = [page for page in pages.accessible_pages(request.permissions) if page.key == "users"]
    return users[0].url(request.organization.slug) if users else ""


@require_safe
@member_required()
def homepage(request: MemberRequest) -> HttpResponse:
    """What the member reaches and where to begin; for those who see people, counts too. Open to every member."""
    member, users_url = request.membership, _users_url(request)
    reached = accessible_projects(member)
    total = capped_count(reached)
    context = {
        "member": member,
        "roles": direct_roles_of(member),
        "page": project_page(member, reached, size=FEW),
        "project_total": total,
        "groups": queries.groups_of(member),
        "first_tasks": _first_tasks(request, empty=frozenset() if total else frozenset({"projects"})),
        "may_list": Permission.WORKSPACE_VIEW in request.permissions,
        "users_url": users_url,
        "people": queries.people_counts(request.organization) if users_url else None,
        "may_add": can_add_users(member),
    }
    return render(request, "workspace/homepage.html", context)


@require_safe
@member_required(Permission.WORKSPACE_VIEW)
def workspace(request: MemberRequest) -> HttpResponse:
    """The organization at a glance: figures, roles, whom to ask, and what happened for those who may see it."""
    organization, offered = request.organization, roles_in(request.organization)
    context = {
        "roles": [(role, roles.description_of(role)) for role in offered],
        "people": queries.people_counts(organization),
        "may_see_people": Permission.PEOPLE_VIEW in request.permissions,
        "group_total": capped_count(groups_in(organization)),
        "project_total": capped_count(projects_in(organization)),
        "helpers": queries.helpers_in(organization, offered),
        "users_url": _users_url(request),
    }
    if Permission.AUDIT_VIEW in request.permissions:
        context["activity"] = [describe(entry) for entry in recent_entries(organization.pk)]
    return render(request, "workspace/workspace.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def preferences(request: MemberRequest) -> HttpResponse:
    """Account preferences (U-1): one's own name, theme and password; the Workspace section holds team management."""
    form = NameForm(request.POST if request.method == "POST" else None, initial=_names(request))
    if request.method == "POST" and form.is_valid():
        rename_user(user=request.user, **form.cleaned_data)
        messages.success(request, _("Your name is saved."))
        return redirect("preferences", request.organization.slug)
    users_url = _users_url(request)
    context = {
        "form": form,
        "member": request.membership,
        "roles": direct_roles_of(request.membership),
        "users_url": users_url,
        "people": queries.people_counts(request.organization) if users_url else None,
    }
    return render(request, "workspace/preferences.html", context, status=422 if form.errors else 200)


def _names(request: MemberRequest) -> dict[str, str]:
    return {"first_name": request.user.first_name, "last_name": request.user.last_name}
