"""One project (P-1): its page, its name and description, archiving and restoring."""

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
from base.policies import Refused, require
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
    roles_managing_projects,
    roles_with_all_projects,
)
from organizations.queries.removals import archive_effect
from organizations.removal_texts import describe_archiving
from organizations.requests import MemberRequest
from organizations.services import archive_project, edit_project, restore_project, undo_project_archive
from organizations.undo import report_change, undo_change
from workspace.records.queries import datasets_of
from workspace.views.projects import PROJECT_TAKEN

FORM_METHODS = ("GET", "HEAD", "POST")
NOT_FOUND = (Project.DoesNotExist, Group.DoesNotExist, Membership.DoesNotExist)


@dataclass(frozen=True)
class ProjectParams(params.QueryParams):
    """The query parameters of a project's page: a search, and the pages of people and groups."""

    q: str
    after: str
    before: str
    groups_after: str
    groups_before: str


def project_required(*methods: str) -> Callable:
    """Decorate a view of one project. Members without access to it get the 404 of a project that does not exist."""

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def wrapped(request: MemberRequest, project_id: UUID, **ids: UUID) -> HttpResponse:
            project = project_in(request.organization, project_id)
            if project is None or not policies.can_see_project(request.membership, project):
                raise Http404
            try:
                return view(request, project, **ids)
            except NOT_FOUND:
                raise Http404 from None

        return member_required(Permission.WORKSPACE_VIEW)(require_http_methods(methods)(wrapped))

    return decorate


def project_url(request: MemberRequest, project: Project) -> str:
    """Return the URL of the project's page."""
    return reverse("project", args=[request.organization.slug, project.pk])


@project_required("GET", "HEAD")
def project_page(request: MemberRequest, project: Project) -> HttpResponse:
    """Show the project and the member's own access. Members who can see people also see who has access and why."""
    context, page = page_context(request, project), "workspace/project/page.html"
    fragment = "workspace/project_access/_people.html" if "people" in context else page
    return render_page_or_fragment(
        request, page=page, fragment=fragment, context=context, url=context.get("page_url", "")
    )


def page_context(request: MemberRequest, project: Project) -> dict[str, Any]:
    """Return the context of workspace/project/page.html."""
    actor, base = request.membership, project_url(request, project)
    context = {
        "project": project,
        "base": base,
        "parents": [(_("Projects"), reverse("projects", args=[request.organization.slug]))],
        "access": project_access_of(actor, project),
        "created_by": creator_label(request.organization.pk, "project.created", project.pk),
        "can": {
            "edit": policies.can_edit_project(actor, project),
            "share": policies.can_share_project(actor, project),
            "archive": policies.can_archive_project(actor, project),
            "restore": policies.can_restore_project(actor, project),
        },
        "datasets": datasets_of(project) if Permission.DATASETS_VIEW in request.permissions else None,
    }
    return context | (_access_context(request, project, base) if Permission.PEOPLE_VIEW in request.permissions else {})


def _access_context(request: MemberRequest, project: Project, base: str) -> dict[str, Any]:
    """Return one page of the people and groups that have access."""
    query = ProjectParams.of(request)
    people, sorted_by_name = people_with_project(project, search=query.q, after=query.after, before=query.before)
    groups = groups_with_project(project, after=query.groups_after, before=query.groups_before)

    def url(**changes: str) -> str:
        return params.path(base, **query.query(**changes))

    return {
        "search": query.q,
        "page_url": url(),
        "query": url().removeprefix(base),
        "people": people.rows,
        "sorted_by_name": sorted_by_name,
        "summary": _summary(people),
        "previous": people.previous and url(after="", before=people.previous),
        "next": people.next and url(before="", after=people.next),
        "groups": groups.rows,
        "groups_previous": groups.previous and url(groups_after="", groups_before=groups.previous),
        "groups_next": groups.next and url(groups_before="", groups_after=groups.next),
        "roles": roles_with_all_projects(request.organization),
    }


def _summary(page: KeysetPage) -> str:
    count = len(page.rows)
    if page.more:
        return _("Showing %(count)s people, newest members first") % {"count": count}
    return ngettext("%(count)s person", "%(count)s people", count) % {"count": count}


def undo_url(request: MemberRequest, project: Project) -> str:
    """Return the URL that undoes a removal of access, and shows the same page of the project again."""
    url = reverse("project_undo", args=[request.organization.slug, project.pk])
    return params.path(url, **ProjectParams.of(request).query())


def render_changed(request: MemberRequest, project: Project, *, focus: str = "") -> HttpResponse:
    """Respond to a change: redirect to the project's page, or for htmx render its sections and the messages.

    `focus` names the section ("people" or "groups") whose heading gets the focus if the pressed button is gone.
    """
    if not request.htmx:
        return redirect(params.path(project_url(request, project), **ProjectParams.of(request).query()))
    project.refresh_from_db(fields=["name", "description", "archived_at"])
    return render(request, "workspace/project/_changed.html", page_context(request, project) | {"focus": focus})


@project_required(*FORM_METHODS)
def project_details(request: MemberRequest, project: Project) -> HttpResponse:
    """Edit the name and description."""
    require(policies.can_edit_project(request.membership, project))
    form = NamedForm(request.POST if request.method == "POST" else None, instance=project, name_taken=PROJECT_TAKEN)

    def save(fields: dict[str, str]) -> None:
        edit_project(actor=request.membership, project=project, seen=form.seen, **fields)

    if request.method == "POST" and form.save(save):
        messages.success(request, _("%(name)s was saved.") % {"name": form.cleaned_data["name"]})
        return render_changed(request, project)
    context = {"project": project, "form": form, "cancel_url": project_url(request, project)}
    return render(request, "workspace/project/details.html", context, status=form.status)


@project_required(*FORM_METHODS)
def project_archive(request: MemberRequest, project: Project) -> HttpResponse:
    """Archive the project after a confirmation that explains the consequences."""
    if request.method == "POST":
        _archive(request, project)
        return render_changed(request, project, focus="people")
    require(policies.can_archive_project(request.membership, project))
    roles = roles_managing_projects(request.organization) if _shows_people(request) else []
    context = {
        "project": project,
        "effect": _archive_effect(request, project),
        "roles": [role.label for role in roles],
        "cancel_url": project_url(request, project),
    }
    return render(request, "workspace/project/archive.html", context)


def _archive(request: MemberRequest, project: Project) -> None:
    """Archive the project and add a message with Undo; a second press of the button only says that it is archived."""
    try:
        archived = archive_project(actor=request.membership, project=project)
    except Refused:
        project.refresh_from_db(fields=["archived_at"])
        if not policies.can_restore_project(request.membership, project):
            raise
        messages.info(request, _("%(name)s is already archived.") % {"name": project.name})
        return
    done = _("%(name)s was archived. It’s read-only until it’s restored.") % {"name": project.name}
    report_change(
        request,
        done,
        reverse("project_archive_undo", args=[request.organization.slug, project.pk]),
        kind=_kind(project),
        data=archived.archived_at.isoformat(),
        details=_archive_effect(request, project),
    )


def _archive_effect(request: MemberRequest, project: Project) -> str:
    """Return who loses the project while it is archived, and who keeps it; "" for users who can't see people."""
    return describe_archiving(archive_effect(project)) if _shows_people(request) else ""


def _shows_people(request: MemberRequest) -> bool:
    return Permission.PEOPLE_VIEW in request.permissions


def _kind(project: Project) -> str:
    return f"project:{project.pk}"


@project_required("POST")
def project_archive_undo(request: MemberRequest, project: Project) -> HttpResponse:
    """Restore a project that this page has just reported as archived (U-22)."""

    def restore(archived_at: str) -> bool:
        return undo_project_archive(actor=request.membership, project=project, archived_at=archived_at)

    done = _("Undone. %(name)s was restored, including everyone’s access.") % {"name": project.name}
    undo_change(request, restore, kind=_kind(project), done=done, too_late=_("Restore the project instead."))
    return render_changed(request, project, focus="people")


@project_required("POST")
def project_restoration(request: MemberRequest, project: Project) -> HttpResponse:
    """Restore an archived project."""
    restore_project(actor=request.membership, project=project)
    messages.success(request, _("%(name)s was restored, including everyone’s access.") % {"name": project.name})
    return render_changed(request, project)
