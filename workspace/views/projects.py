"""The member's projects (P-1). Members who manage projects also see archived projects and create new ones."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.once import once
from base import params
from base.policies import require
from base.responses import htmx_redirect, render_page_or_fragment
from organizations.access import member_required
from organizations.forms import NamedForm
from organizations.models import Project
from organizations.permissions import Permission
from organizations.policies import can_manage_projects
from organizations.queries import accessible_projects, archived_projects, project_page
from organizations.requests import MemberRequest
from organizations.services import create_project

PROJECT_TAKEN = gettext_lazy("A project named “%(name)s” already exists. It may be archived. Choose another name.")
ARCHIVED = "archived"


@require_safe
@member_required(Permission.WORKSPACE_VIEW)
def project_list(request: MemberRequest) -> HttpResponse:
    """List projects by name. Query parameters: `q` (search), `after` and `before` (page), `status=archived`."""
    search, after, before = (params.line(request, name, limit=400) for name in ("q", "after", "before"))
    can_manage = can_manage_projects(request.membership)
    status = ARCHIVED if can_manage and request.GET.get("status") == ARCHIVED else ""
    projects = archived_projects(request.organization) if status else accessible_projects(request.membership)
    page = project_page(request.membership, projects, search=search, after=after, before=before)
    filters = {"q": search, "status": status}
    context = {
        "page": page,
        "search": search,
        "archived": bool(status),
        "paged": bool(after or before),
        "previous": page.previous and params.address(request, **filters, before=page.previous),
        "next": page.next and params.address(request, **filters, after=page.next),
        "can_manage": can_manage,
    }
    url = params.address(request, **filters, before=before, after="" if before else after)
    page, fragment = "workspace/projects/list.html", "workspace/projects/_list.html"
    return render_page_or_fragment(request, page=page, fragment=fragment, context=context, url=url)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.WORKSPACE_VIEW)
@once
def project_new(request: MemberRequest) -> HttpResponse:
    """Create a project."""
    require(can_manage_projects(request.membership))
    form = NamedForm(request.POST if request.method == "POST" else None, name_taken=PROJECT_TAKEN)
    created: list[Project] = []

    def save(fields: dict[str, str]) -> None:
        created.append(create_project(actor=request.membership, organization=request.organization, **fields))

    if request.method == "POST" and form.save(save):
        project = created[0]
        messages.success(
            request, _("%(name)s was created. Next, give people or groups access.") % {"name": project.name}
        )
        return htmx_redirect(request, reverse("project", args=[request.organization.slug, project.pk]))
    context = {"form": form, "cancel_url": reverse("projects", args=[request.organization.slug])}
    return render(request, "workspace/projects/new.html", context, status=form.status)
