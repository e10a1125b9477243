"""One group: its page, its name and description, its deletion (G-2)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from audit.queries import creator_label
from base import params
from base.policies import require
from base.responses import htmx_redirect, render_page_or_fragment
from base.times import RelativeTime
from console.groups import texts
from console.groups.queries import deletion_preview, group_counts, group_in, group_members, group_projects
from console.groups.rendering import list_url
from organizations import policies
from organizations.access import member_required
from organizations.forms import NamedForm
from organizations.models import Group
from organizations.permissions import Permission
from organizations.queries import direct_roles_of, roles_of_group
from organizations.requests import MemberRequest
from organizations.roles import description_of
from organizations.services import delete_group, edit_group

FORM_METHODS = ("GET", "HEAD", "POST")


@dataclass(frozen=True)
class GroupPageParams(params.QueryParams):
    """The query parameters of a group's page: its members and its projects are paged separately."""

    q: str
    after: str
    before: str
    projects_after: str
    projects_before: str


def group_view(*methods: str) -> Callable:
    """Decorate a view of one group. Requires permission to view people; 404 where the group doesn't exist."""

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def wrapped(request: MemberRequest, group_id: UUID, **ids: UUID) -> HttpResponse:
            group = group_in(request.organization, group_id)
            if group is None:
                raise Http404
            try:
                return view(request, group, **ids)
            except Group.DoesNotExist:
                raise Http404 from None

        return member_required(Permission.PEOPLE_VIEW)(require_http_methods(methods)(wrapped))

    return decorate


@group_view("GET", "HEAD")
def group_page(request: MemberRequest, group: Group) -> HttpResponse:
    """The members, projects and roles of a group."""
    context, page = page_context(request, group), "console/groups/page.html"
    return render_page_or_fragment(
        request, page=page, fragment="console/groups/_members.html", context=context, url=context["page_url"]
    )


def page_context(request: MemberRequest, group: Group) -> dict[str, Any]:
    """Return what console/groups/page.html takes."""
    view, base = GroupPageParams.of(request), group_url(request, group)
    page, is_sorted_by_name = group_members(group, search=view.q, after=view.after, before=view.before)
    projects = group_projects(group, after=view.projects_after, before=view.projects_before)
    time, counts = RelativeTime(timezone.now()), group_counts(group)

    def link(**changes: str) -> str:
        return params.path(base, **view.query(**changes))

    return {
        "group": group,
        "view": view,
        "base": base,
        "page_url": link(),
        "query": link().removeprefix(base),
        "parents": [(_("Groups"), list_url(request.organization.slug))],
        "rows": [_row(row, time) for row in page.rows],
        "is_sorted_by_name": is_sorted_by_name,
        "found": texts.member_count(page, counts.members.value),
        "previous": page.previous and link(after="", before=page.previous),
        "next": page.next and link(before="", after=page.next),
        "counts": counts,
        "projects": projects.rows,
        "projects_previous": projects.previous and link(projects_after="", projects_before=projects.previous),
        "projects_next": projects.next and link(projects_before="", projects_after=projects.next),
        "roles": [(role, description_of(role)) for role in roles_of_group(group)],
        "created": time.date(group.created_at),
        "created_by": creator_label(request.organization.pk, "group.created", group.pk),
        "may": _decisions(request, group),
    }


def _decisions(request: MemberRequest, group: Group) -> dict[str, Any]:
    """Return what the viewer can do here. Delete is shown disabled, with the reason, where only a rule forbids it."""
    actor = request.membership
    return {
        "edit": policies.can_edit_group(actor, group),
        "delete": policies.can_delete_group(actor, group),
        "add": policies.can_add_to_group(actor, group),
        "members": policies.can_remove_group_members(actor, group),
        "projects": policies.can_give_group_projects(actor),
        "roles": policies.can_manage_groups(actor),
    }


def _row(link: Any, time: RelativeTime) -> dict[str, Any]:
    member = link.membership
    return {
        "member": member,
        "roles": direct_roles_of(member),
        "joined": link.created_at and time.date(link.created_at),
    }


def group_url(request: MemberRequest, group: Group) -> str:
    """Return the URL of the group's page."""
    return reverse("group", args=[request.organization.slug, group.pk])


def undo_url(request: MemberRequest, group: Group) -> str:
    """Return the URL that undoes a removal of access, and shows the same page of the group again."""
    url = reverse("group_undo", args=[request.organization.slug, group.pk])
    return params.path(url, **GroupPageParams.of(request).query())


def return_url(request: MemberRequest, group: Group) -> str:
    """Return the URL that a dialog about the group was opened from."""
    if "view" in request.GET:
        return list_url(request.organization.slug, request.GET["view"])
    return group_url(request, group)


def group_changed(request: MemberRequest, group: Group, *, focus: str = "") -> HttpResponse:
    """Respond to a change: return to the group's page, or for htmx update its parts and show the messages.

    focus: the part whose heading is focused, where the pressed button is gone. Where the list of groups opened the
    dialog, return to it; for htmx it reloads.
    """
    if "view" in request.GET:
        if not request.htmx:
            return redirect(list_url(request.organization.slug, request.GET["view"]))
        response = render(request, "ui/toasts.html", {"oob": True})
        response["HX-Trigger"] = "groups-changed"
        return response
    if not request.htmx:
        return redirect(params.path(group_url(request, group), **GroupPageParams.of(request).query()))
    group.refresh_from_db(fields=["name", "description"])
    return render(request, "console/groups/_changed.html", page_context(request, group) | {"focus": focus})


@group_view(*FORM_METHODS)
def group_details(request: MemberRequest, group: Group) -> HttpResponse:
    """Edit the name and description."""
    require(policies.can_edit_group(request.membership, group))
    form = NamedForm(request.POST if request.method == "POST" else None, instance=group, name_taken=texts.NAME_TAKEN)

    def write(fields: dict[str, str]) -> None:
        edit_group(actor=request.membership, group=group, seen=form.seen, **fields)

    if request.method == "POST" and form.save(write):
        messages.success(request, _("%(name)s was saved.") % {"name": form.cleaned_data["name"]})
        return group_changed(request, group)
    context = {"group": group, "form": form, "cancel_url": return_url(request, group)}
    return render(request, "console/groups/details.html", context, status=form.status)


@group_view(*FORM_METHODS)
def group_deletion(request: MemberRequest, group: Group) -> HttpResponse:
    """Delete the group, after a confirmation that shows the consequences."""
    require(policies.can_delete_group(request.membership, group))
    if request.method != "POST":
        preview = deletion_preview(group, roles_of_group(group))
        context = {"group": group, "preview": preview, "cancel_url": return_url(request, group)}
        return render(request, "console/groups/deletion.html", context)
    delete_group(actor=request.membership, group=group)
    messages.success(request, _("%(name)s was deleted.") % {"name": group.name})
    if "view" in request.GET:
        return group_changed(request, group)
    return htmx_redirect(request, list_url(request.organization.slug))
