"""The list of groups (G-1), and creating one."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.once import once
from base.lists.columns import headings
from base.lists.controls import active_filters, chips_of_several, control
from base.lists.empty import EmptyState
from base.picker import Picker, search_query, selected_ids
from base.policies import require
from base.responses import htmx_redirect, render_page_or_fragment
from console.groups import texts
from console.groups.params import FILTERS, GroupListParams, GroupTable
from console.groups.queries import group_page
from console.groups.rendering import list_url, render_rows
from organizations.access import member_required
from organizations.forms import NamedForm
from organizations.models import Group, Membership
from organizations.permissions import Permission
from organizations.pickers import deactivated_warning, member_picker, missing_message
from organizations.policies import can_manage_groups
from organizations.requests import MemberRequest
from organizations.services import create_group


@member_required(Permission.PEOPLE_VIEW)
@require_safe
def group_list(request: MemberRequest) -> HttpResponse:
    """Groups by name, with search, filter and pages."""
    context = _list_context(request, GroupListParams.from_querydict(request.GET))
    page, fragment = "console/groups/list.html", "console/groups/_results.html"
    return render_page_or_fragment(request, page=page, fragment=fragment, context=context, url=context["page_url"])


def _list_context(request: MemberRequest, params: GroupListParams) -> dict[str, Any]:
    """Return what console/groups/list.html and _results.html take."""
    organization = request.organization
    page, slug = group_page(organization, params), organization.slug
    url = params.url(slug)
    return {
        "params": params,
        "headings": headings(GroupTable, params, ()),
        "label": _("Groups"),
        "rows_html": render_rows(request.membership, page.rows, url) if page.rows else "",
        "found": texts.group_count(page),
        "previous": page.previous and params.start_at(page.previous, backwards=True).url(slug),
        "next": page.next and params.start_at(page.next).url(slug),
        "empty": None if page.rows else _empty_state(params, slug),
        "page_url": url,
        "base": GroupListParams().url(slug),
        "controls": [control(item, params.values(item.name), {}, organization) for item in FILTERS],
        "chips": chips_of_several(
            active_filters(FILTERS, params.filters, {}, organization), params, lambda view: view.url(slug)
        ),
        "may_add": can_manage_groups(request.membership),
    }


def _empty_state(params: GroupListParams, slug: str) -> EmptyState | None:
    """Return the message of a list that a search, the filter or a page made empty, None if there are no groups."""
    url = GroupListParams().url(slug)
    if params.q:
        return EmptyState(
            heading=_("No groups match “%(search)s”") % {"search": params.q},
            text=_("Try part of the group’s name."),
            url=url,
            action=_("Clear search and filter") if params.filters else _("Clear search"),
        )
    if params.filters or params.cursor:
        heading = _("No groups match this filter") if params.filters else _("No groups on this page")
        return EmptyState(heading=heading, url=url, action=_("View all groups"))
    return None


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
@once
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
