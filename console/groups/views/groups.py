"""The list of groups (G-1), and creating one."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from base import params
from base.picker import Picker, search_query, selected_ids
from base.policies import require
from base.responses import htmx_redirect, render_page_or_fragment
from console.groups import texts
from console.groups.queries import group_page
from console.groups.rendering import list_url, render_rows
from organizations.access import member_required
from organizations.forms import NamedForm
from organizations.models import Group, ManagedBy, Membership
from organizations.permissions import Permission
from organizations.pickers import deactivated_warning, member_picker, missing_message
from organizations.policies import can_manage_groups
from organizations.requests import MemberRequest
from organizations.services import create_group


@dataclass(frozen=True)
class GroupListParams:
    """The query parameters of the Groups page."""

    q: str
    managed: str
    after: str
    before: str

    @classmethod
    def from_request(cls, request: MemberRequest) -> "GroupListParams":
        q, managed, after, before = (
            params.line(request, name, limit=400) for name in ("q", "managed", "after", "before")
        )
        return cls(q[:100], managed if managed in ManagedBy.values else "", after, before)


@member_required(Permission.PEOPLE_VIEW)
@require_safe
def group_list(request: MemberRequest) -> HttpResponse:
    """Groups by name, with search, filter and pages."""
    context = _list_context(request, GroupListParams.from_request(request))
    page, fragment = "console/groups/list.html", "console/groups/_results.html"
    return render_page_or_fragment(request, page=page, fragment=fragment, context=context, url=context["page_url"])


def _list_context(request: MemberRequest, view: GroupListParams) -> dict[str, Any]:
    """Return what console/groups/list.html and _results.html take."""
    page = group_page(
        request.organization, search=view.q, managed_by=view.managed, after=view.after, before=view.before
    )
    filters = {"q": view.q, "managed": view.managed}
    url = params.address(request, **filters, after=view.after, before=view.before)
    return {
        "view": view,
        "rows_html": render_rows(request.membership, page.rows, url) if page.rows else "",
        "found": texts.group_count(page),
        "previous": page.previous and params.address(request, **filters, before=page.previous),
        "next": page.next and params.address(request, **filters, after=page.next),
        "empty_state": {} if page.rows else _empty_state(request, view),
        "page_url": url,
        "base": list_url(request.organization.slug),
        "managers": [(value, label, value == view.managed) for value, label in ManagedBy.choices],
        "may_add": can_manage_groups(request.membership),
    }


def _empty_state(request: MemberRequest, view: GroupListParams) -> dict[str, str]:
    """Return the heading, text and link of an empty list; nothing where the organization has no groups."""
    base = list_url(request.organization.slug)
    if view.q:
        return {
            "heading": _("No groups match “%(search)s”") % {"search": view.q},
            "text": _("Try part of the group’s name."),
            "url": base,
            "action": _("Clear search and filter") if view.managed else _("Clear search"),
        }
    if view.managed or view.after or view.before:
        heading = _("No groups match this filter") if view.managed else _("No groups on this page")
        return {"heading": heading, "text": "", "url": base, "action": _("View all groups")}
    return {}


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def group_new(request: MemberRequest) -> HttpResponse:
    """Create a group with a name, a description and members."""
    require(can_manage_groups(request.membership))
    search, chosen = search_query(request.POST), selected_ids(request.POST, "members")
    picker, members = member_picker(request.organization, search, chosen)
    is_search = "search" in request.POST
    if is_search and request.htmx:
        return render(request, "ui/picker_list.html", {"picker": picker})
    form = NamedForm(request.POST if request.method == "POST" else None, name_taken=texts.NAME_TAKEN)
    if request.method == "POST" and not is_search:
        picker.error = missing_message(members, chosen)
        if not picker.error and (group := _create(request, form, members)):
            return htmx_redirect(request, reverse("group", args=[request.organization.slug, group.pk]))
    return _render_form(request, form, picker, is_search=is_search)


def _render_form(request: MemberRequest, form: NamedForm, picker: Picker, *, is_search: bool) -> HttpResponse:
    if is_search:  # keeps what was typed, without errors: the form was not submitted
        form.errors.clear()
    context = {"form": form, "picker": picker, "cancel_url": list_url(request.organization.slug)}
    status = 422 if picker.error else form.status
    return render(request, "console/groups/new.html", context, status=status)


def _create(request: MemberRequest, form: NamedForm, members: list[Membership]) -> Group | None:
    created: list[Group] = []

    def write(fields: dict) -> None:
        actor, organization = request.membership, request.organization
        created.append(create_group(actor=actor, organization=organization, members=members, **fields))

    if not form.save(write):
        return None
    messages.success(request, _("%(name)s was created.") % {"name": created[0].name})
    if warning := deactivated_warning(members):
        messages.warning(request, warning)
    return created[0]
