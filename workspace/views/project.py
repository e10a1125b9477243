"""One project (P-1): its page, its name, its archive."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from audit.queries import creator_label
from base import params
from base.lists.keyset import KeysetPage
from base.policies import require
from base.responses import render_page_or_fragment
from organizations import policies
from organizations.access import member_required
from organizations.forms import NamedForm
from organizations.models import Group, Membership, Project
from organizations.permissions import Permission
from organizations.queries import (
    groups_with_project,
    people_with_project,
    project_access_of,
    project_in,
    roles_with_all_projects,
)
from organizations.requests import MemberRequest
from organizations.services import archive_project, edit_project, restore_project
from workspace.views.projects import PROJECT_TAKEN

ASKED = ("GET", "HEAD", "POST")
GONE = (Project.DoesNotExist, Group.DoesNotExist, Membership.DoesNotExist)


@dataclass(frozen=True)
class View(params.QueryParams):
    """Which people and groups the address asks for."""

    q: str
    after: str
    before: str
    groups_after: str
    groups_before: str


def project_view(*methods: str) -> Callable:
    """Decorates a view of one project. Who cannot reach it gets the same 404 as where there is none."""

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def wrapped(request: MemberRequest, project_id: UUID, **ids: UUID) -> HttpResponse:
            project = project_in(request.organization, project_id)
            if project is None or not policies.can_see_project(request.membership, project):
                raise Http404
            try:
                return view(request, project, **ids)
            except GONE:
                raise Http404 from None

        return member_required(Permission.WORKSPACE_VIEW)(require_http_methods(methods)(wrapped))

    return decorate


def url_of(request: MemberRequest, project: Project) -> str:
    """The project's page."""
    return reverse("project", args=[request.organization.slug, project.pk])


@project_view("GET", "HEAD")
def project_page(request: MemberRequest, project: Project) -> HttpResponse:
    """What it is and how one reaches it; who has access and by what, for those who see people."""
    context, page = page_of(request, project), "workspace/projects/page.html"
    fragment = "workspace/projects/_people.html" if "people" in context else page
    return render_page_or_fragment(
        request, page=page, fragment=fragment, context=context, url=context.get("address", "")
    )


def page_of(request: MemberRequest, project: Project) -> dict[str, Any]:
    """What workspace/projects/page.html takes."""
    actor, base = request.membership, url_of(request, project)
    context = {
        "project": project,
        "base": base,
        "parents": [(_("Projects"), reverse("projects", args=[request.organization.slug]))],
        "reached": project_access_of(actor, project),
        "created_by": creator_label(request.organization.pk, "project.created", project.pk),
        "may": {
            "edit": policies.can_edit_project(actor, project),
            "share": policies.can_share_project(actor, project),
            "archive": policies.can_archive_project(actor, project),
            "restore": policies.can_restore_project(actor, project),
        },
    }
    return context | (_access(request, project, base) if Permission.PEOPLE_VIEW in request.permissions else {})


def _access(request: MemberRequest, project: Project, base: str) -> dict[str, Any]:
    """Who has access, a page of them."""
    view = View.of(request)
    people, named = people_with_project(project, search=view.q, after=view.after, before=view.before)
    groups = groups_with_project(project, after=view.groups_after, before=view.groups_before)

    def link(**changed: str) -> str:
        return params.path(base, **view.query(**changed))

    return {
        "view": view,
        "address": link(),
        "query": link().removeprefix(base),
        "people": people.rows,
        "named": named,
        "found": _found(people),
        "previous": people.previous and link(after="", before=people.previous),
        "next": people.next and link(before="", after=people.next),
        "groups": groups.rows,
        "groups_previous": groups.previous and link(groups_after="", groups_before=groups.previous),
        "groups_next": groups.next and link(groups_before="", groups_after=groups.next),
        "roles": roles_with_all_projects(request.organization),
    }


def _found(page: KeysetPage) -> str:
    count = len(page.rows)
    if page.more:
        return _("Showing %(count)s people, latest members first") % {"count": count}
    return ngettext("%(count)s person", "%(count)s people", count) % {"count": count}


def changed(request: MemberRequest, project: Project, *, focus: str = "") -> HttpResponse:
    """After a change: the project's page, or for htmx its parts and the messages. `focus` names the part whose heading
    is focused where what was pressed is gone."""
    if not request.htmx:
        return redirect(params.path(url_of(request, project), **View.of(request).query()))
    project.refresh_from_db(fields=["name", "description", "archived_at"])
    return render(request, "workspace/projects/_changed.html", page_of(request, project) | {"focus": focus})


@project_view(*ASKED)
def project_details(request: MemberRequest, project: Project) -> HttpResponse:
    """Name and description."""
    require(policies.can_edit_project(request.membership, project))
    form = NamedForm(request.POST if request.method == "POST" else None, instance=project, name_taken=PROJECT_TAKEN)

    def write(words: dict[str, str]) -> None:
        edit_project(actor=request.membership, project=project, seen=form.seen, **words)

    if request.method == "POST" and form.save(write):
        messages.success(request, _("%(name)s is saved.") % {"name": form.cleaned_data["name"]})
        return changed(request, project)
    context = {"project": project, "form": form, "cancel_url": url_of(request, project)}
    return render(request, "workspace/projects/details.html", context, status=form.status)


@project_view(*ASKED)
def project_archive(request: MemberRequest, project: Project) -> HttpResponse:
    """Puts the project away, after saying what that means."""
    require(policies.can_archive_project(request.membership, project))
    if request.method != "POST":
        context = {"project": project, "cancel_url": url_of(request, project)}
        return render(request, "workspace/projects/archive.html", context)
    archive_project(actor=request.membership, project=project)
    messages.success(
        request, _("%(name)s is archived. Nobody works in it until it is restored.") % {"name": project.name}
    )
    return changed(request, project)


@project_view("POST")
def project_restoration(request: MemberRequest, project: Project) -> HttpResponse:
    """Brings an archived project back."""
    restore_project(actor=request.membership, project=project)
    messages.success(request, _("%(name)s is back, with everybody who had access to it.") % {"name": project.name})
    return changed(request, project)
