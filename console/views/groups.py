"""The list of groups (G-1), and making one."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from base import params
from base.lists.keyset import KeysetPage
from base.picker import Picker, search_query, selected_ids
from base.policies import require
from base.responses import htmx_redirect, render_page_or_fragment
from console.groups import GROUP_TAKEN, address_of, rows_html
from console.queries.groups import group_page
from organizations.access import member_required
from organizations.forms import NamedForm
from organizations.models import Group, ManagedBy, Membership
from organizations.permissions import Permission
from organizations.pickers import deactivated_warning, member_picker, missing_message
from organizations.policies import can_manage_groups
from organizations.requests import MemberRequest
from organizations.services import create_group


@dataclass(frozen=True)
class View:
    """What the address asks the list for."""

    q: str
    managed: str
    after: str
    before: str

    @classmethod
    def of(cls, request: MemberRequest) -> "View":
        q, managed, after, before = (
            params.line(request, name, limit=400) for name in ("q", "managed", "after", "before")
        )
        return cls(q[:100], managed if managed in ManagedBy.values else "", after, before)


@member_required(Permission.PEOPLE_VIEW)
@require_safe
def group_list(request: MemberRequest) -> HttpResponse:
    """Groups by name: searched, filtered, paged."""
    context = _results(request, View.of(request))
    page, fragment = "console/groups/list.html", "console/groups/_results.html"
    return render_page_or_fragment(request, page=page, fragment=fragment, context=context, url=context["address"])


def _results(request: MemberRequest, view: View) -> dict[str, Any]:
    """What console/groups/list.html and _results.html take."""
    slug = request.organization.slug
    page = group_page(
        request.organization, search=view.q, managed_by=view.managed, after=view.after, before=view.before
    )
    narrowed = {"q": view.q, "managed": view.managed}
    address = params.address(request, **narrowed, after=view.after, before=view.before)
    return {
        "view": view,
        "rows_html": rows_html(request.membership, page.rows, address) if page.rows else "",
        "found": _found(page),
        "previous": page.previous and params.address(request, **narrowed, before=page.previous),
        "next": page.next and params.address(request, **narrowed, after=page.next),
        "nobody": {} if page.rows else _nothing(request, view),
        "address": address,
        "base": address_of(slug),
        "managers": [(value, label, value == view.managed) for value, label in ManagedBy.choices],
        "may_add": can_manage_groups(request.membership),
    }


def _found(page: KeysetPage) -> str:
    if page.more:
        return _("Showing %(count)s groups") % {"count": len(page.rows)}
    return ngettext("%(count)s group", "%(count)s groups", len(page.rows)) % {"count": len(page.rows)}


def _nothing(request: MemberRequest, view: View) -> dict[str, str]:
    """What an empty list says and offers; nothing where there is no group at all."""
    base = address_of(request.organization.slug)
    if view.q:
        words = _("Look for a part of the name, in any case.")
        action = _("Clear search and filter") if view.managed else _("Clear search")
        return {
            "heading": _("Nothing matches “%(asked)s”") % {"asked": view.q},
            "text": words,
            "url": base,
            "action": action,
        }
    if view.managed or view.after or view.before:
        heading = _("No group here is managed this way") if view.managed else _("There is nothing on this page")
        return {"heading": heading, "text": "", "url": base, "action": _("See all groups")}
    return {}


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def group_new(request: MemberRequest) -> HttpResponse:
    """A new group with a name, a description and members."""
    require(can_manage_groups(request.membership))
    asked, chosen = search_query(request.POST), selected_ids(request.POST, "members")
    picker, members = member_picker(request.organization, asked, chosen)
    searching = "search" in request.POST
    if searching and request.htmx:
        return render(request, "ui/picker_list.html", {"picker": picker})
    # A search shows the page again as it was typed; it is no try.
    form = NamedForm(request.POST if request.method == "POST" else None, name_taken=GROUP_TAKEN)
    if request.method == "POST" and not searching:
        picker.error = missing_message(members, chosen)
        if not picker.error and (group := _made(request, form, members)):
            return htmx_redirect(request, reverse("group", args=[request.organization.slug, group.pk]))
    return _asked(request, form, picker, searching=searching)


def _asked(request: MemberRequest, form: NamedForm, picker: Picker, *, searching: bool) -> HttpResponse:
    if searching:
        form.errors.clear()
    context = {"form": form, "picker": picker, "cancel_url": address_of(request.organization.slug)}
    status = 422 if picker.error else form.status
    return render(request, "console/groups/new.html", context, status=status)


def _made(request: MemberRequest, form: NamedForm, members: list[Membership]) -> Group | None:
    made: list[Group] = []

    def write(words: dict) -> None:
        made.append(create_group(actor=request.membership, organization=request.organization, members=members, **words))

    if not form.save(write):
        return None
    messages.success(request, _("%(name)s was created.") % {"name": made[0].name})
    if warning := deactivated_warning(members):
        messages.warning(request, warning)
    return made[0]
