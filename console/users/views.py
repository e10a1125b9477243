"""The Users page: its two lists, the column settings, the menus of its filters, and the export (U-2 to U-6, U-17)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from audit.services import record
from base.lists.columns import headings, sort_options
from base.lists.controls import (
    Chips,
    active_filters,
    chips_of_several,
    choice_groups,
    control,
    is_search,
    ticked_values,
)
from base.lists.filters import filter_named
from base.picker import search_query
from base.responses import is_htmx_fragment, render_page_or_fragment
from console.bulk.kinds import available_kinds
from console.join_requests.views import requests_context
from console.models import SavedView
from console.saved_views.current import current_view, saved_url
from console.saved_views.queries import view_of
from console.users import texts
from console.users.columns import COLUMNS, OPTIONAL, UserTable, chosen_columns, default_columns, saved_columns
from console.users.counts import TabCounts, count_matches, count_tabs
from console.users.details import load_details
from console.users.empty import empty_state
from console.users.export import export_lines
from console.users.filters import FILTERS, TAB_FILTERS, Tab, UsersContext
from console.users.just_invited import just_invited, just_invited_text, with_batch
from console.users.params import UserListParams
from console.users.queries import UserPage, find_page
from console.users.rendering import RowRenderer
from console.users.selection import Selection
from console.users.services import save_columns
from organizations.access import member_required
from organizations.models import Organization
from organizations.permissions import Permission
from organizations.policies import can_add_users
from organizations.requests import MemberRequest
from provisioning.queries.sso_tests import provider_of

# A menu with fewer options has no search box.
SEARCHABLE = 8
# A table with more columns always scrolls sideways.
WIDE = 7


@member_required(Permission.PEOPLE_VIEW)
@require_safe
def users(request: MemberRequest) -> HttpResponse:
    """All Users."""
    return _list(request, Tab.ALL)


@member_required(Permission.PEOPLE_VIEW)
@require_safe
def users_pending(request: MemberRequest) -> HttpResponse:
    """Pending: everyone who has not accepted."""
    return _list(request, Tab.PENDING)


def _list(request: MemberRequest, tab: Tab) -> HttpResponse:
    now, organization = timezone.now(), request.organization
    params = UserListParams.from_querydict(tab, request.GET, organization_id=organization.pk)
    batch = just_invited(request, tab, now)
    context = UsersContext.load(organization, request.membership)
    saved = _saved_view(request, params, context.default_view)
    params = replace(params, saved=str(saved.pk) if saved else "", opens_view=bool(context.default_view))
    if saved and _opens(request) and (url := saved_url(organization.slug, saved)) != request.get_full_path():
        return redirect(url)
    if params.columns is None and (columns := saved_columns(request.membership, tab)):
        params = replace(params, columns=columns)
        if not is_htmx_fragment(request):  # so that the URL always has the view, and can be sent to others
            return redirect(with_batch(params.url(organization.slug), batch))
    page = find_page(context, params, now)
    load_details(organization, page.members, context.roles)
    counts = count_tabs(organization, tab, now)
    new_batch = batch.pk if batch else None
    rows = RowRenderer(viewer=request.membership, params=page.params, now=now, new_batch=new_batch)
    return render_page_or_fragment(
        request,
        page="console/users/users.html",
        fragment="console/users/_results.html",
        context={
            "rows_html": rows.render(page.members) if page.members else "",
            **_results(request, context, page),
            **_toolbar(context, page),
            "chips": _chips(context, page),
            "saved": current_view(saved, page, context.default_view) if saved else None,
            **_notices(request, page.params, counts),
            **_requests(request, tab),
            **just_invited_text(batch),
            **tabs(organization, page.params, counts),
        },
        url=page.params.url(organization.slug),
    )


def _opens(request: MemberRequest) -> bool:
    """Whether the URL is that of a saved view, or of the page without anything."""
    return set(request.GET) <= {"saved"}


def _saved_view(request: MemberRequest, params: UserListParams, default: str) -> SavedView | None:
    """Return the saved view that the URL names, or that the page opens on. One query if there may be one."""
    opens_default = params.tab == Tab.ALL and not request.GET
    view_id = params.saved or (default if opens_default else "")
    return view_of(request.membership, view_id) if view_id else None


def _requests(request: MemberRequest, tab: Tab) -> dict[str, Any]:
    """Return the requests to join, on the page of the Pending tab, for people who can answer them (O-5)."""
    if tab != Tab.PENDING or Permission.PEOPLE_INVITE not in request.permissions or is_htmx_fragment(request):
        return {}
    return requests_context(request.membership)


def _results(request: MemberRequest, context: UsersContext, page: UserPage) -> dict[str, Any]:
    """Return what _results.html takes besides the rows: headings, neighbouring pages, or the empty state."""
    params, slug, more = page.params, request.organization.slug, bool(page.previous or page.next)
    matches = count_matches(request.organization, params) if params.q and not page.members else {}
    export = urlencode({"view": params.first_page().view})
    return {
        "params": params,
        "headings": headings(UserTable, params, params.shown),
        "label": _("Users") if params.tab == Tab.ALL else _("Pending users"),
        "found": texts.count_shown(len(page.members), more=more),
        "previous": page.previous.url(slug) if page.previous else "",
        "next": page.next.url(slug) if page.next else "",
        "empty": None if page.members else empty_state(context, params, page.names, matches),
        "wide": len(params.shown) > WIDE,
        "address": params.url(slug),
        "view": params.view,
        "bulk": available_kinds(request.membership, params) if page.members else [],
        "more_pages": more,
        "export": f"{reverse('users_export', args=[slug])}?{export}",
    }


def _toolbar(context: UsersContext, page: UserPage) -> dict[str, Any]:
    """Return what console/users/_tools.html takes."""
    params, slug = page.params, context.organization.slug
    return {
        "base": UserListParams.default(params.tab).url(slug),
        "clear_url": params.everyone(params.tab).url(slug),
        "controls": [control(item, params.values(item.name), page.names, context) for item in TAB_FILTERS[params.tab]],
        "menus_url": f"{reverse('users', args=[slug])}choices/",
        "sorts": sort_options(UserTable, params),
    }


def _chips(context: UsersContext, page: UserPage) -> Chips:
    params, slug = page.params, context.organization.slug
    active = active_filters(TAB_FILTERS[params.tab], params.filters, page.names, context)
    return chips_of_several(active, params, lambda view: view.url(slug))


def _sso_notice(request: MemberRequest) -> dict[str, Any]:
    """Return what the notice says about adding people where single sign-on is enforced. One query."""
    organization, provider = request.organization, provider_of(request.organization)
    label = provider.label if provider else _("your identity provider")
    text = _("New people are added in %(provider)s. They appear here after they first sign in, or after the next sync.")
    can_see = Permission.SECURITY_VIEW in request.permissions
    return {
        "title": _("%(organization)s requires single sign-on") % {"organization": organization.name},
        "body": text % {"provider": label},
        "url": reverse("sso_settings", args=[organization.slug]) if can_see else "",
    }


def _notices(request: MemberRequest, params: UserListParams, counts: TabCounts) -> dict[str, Any]:
    """Return whether the viewer can add users and, for those who may usually, why not now (O-4)."""
    add = can_add_users(request.membership)
    invites = Permission.PEOPLE_INVITE in request.permissions
    alone = counts.joined.value == 1 and not counts.pending
    return {
        "may_add": bool(add),
        "why_no_add": _sso_notice(request) if invites and request.organization.sso_enforced else {},
        "first_use": alone and params.tab == Tab.ALL and not params.is_filtered,
    }


def tabs(organization: Organization, params: UserListParams, counts: TabCounts) -> dict[str, Any]:
    """Return what _tabs.html, _summary.html and _undelivered.html take, also after an action that changed the counts
    (U-18)."""
    labels = {Tab.ALL: (_("All Users"), counts.joined), Tab.PENDING: (_("Pending"), counts.pending)}
    return {
        "tabs": [
            {
                "label": label,
                "count": count,
                "url": params.everyone(tab).url(organization.slug),
                "current": tab == params.tab,
            }
            for tab, (label, count) in labels.items()
        ],
        "summary": texts.summary(organization, counts),
        "undelivered": texts.undelivered_notice(organization, params, counts),
    }


def _params(request: MemberRequest, query: QueryDict) -> UserListParams:
    return UserListParams.from_url(query.get("view", ""), organization_id=request.organization.pk)


@member_required(Permission.PEOPLE_VIEW)
@require_safe
def users_choices(request: MemberRequest, kind: str) -> HttpResponse:
    """The groups or projects to filter by. `named` searches among them; `apply` goes to the list filtered by those that
    are ticked."""
    params, slug, item = (
        _params(request, request.GET).first_page(),
        request.organization.slug,
        filter_named(FILTERS, kind),
    )
    ticked = ticked_values(item, params, request.GET)
    if "apply" in request.GET:
        return redirect(params.set_filter(kind, *ticked).url(slug))
    query = search_query(request.GET, "named")
    choices = item.choose(request.organization, query, ticked)  # type: ignore[misc]
    options = [(str(option.pk), option.name) for option in choices.listed]
    context = {
        "heading": item.choose_texts[0],
        "label": item.choose_texts[1],
        "name": kind,
        "groups": choice_groups([("", options)], ticked),
        "query": query,
        "has_more": choices.more,
        "is_searchable": bool(query or choices.more or len(options) > SEARCHABLE),
        "view": params.view,
        "url": request.path,
        "back": params.url(slug),
        "only_entries": is_search(request.GET),
    }
    return render(request, "ui/filter_menu.html" if request.htmx else "ui/filter_page.html", context)


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def users_columns(request: MemberRequest) -> HttpResponse:
    """The columns to show (U-5), saved for the viewer in this organization."""
    slug, posted = request.organization.slug, request.method == "POST"
    params = _params(request, request.POST if posted else request.GET)
    if posted:
        params = replace(params, columns=_submitted_columns(request, params.tab))
        save_columns(actor=request.membership, tab=params.tab, columns=params.columns or ())
        if not request.htmx:
            return redirect(params.url(slug))
    context = {
        "columns": [(name, COLUMNS[name].label, name in params.shown, COLUMNS[name].required) for name in OPTIONAL],
        "view": params.view,
        "url": reverse("users_columns", args=[slug]),
        "reload_url": params.url(slug) if posted else "",
        "back": params.url(slug),
    }
    return render(request, "console/users/_columns.html" if request.htmx else "console/users/columns.html", context)


def _submitted_columns(request: MemberRequest, tab: Tab) -> tuple[str, ...] | None:
    """Return the columns that the form has, None for the tab's default."""
    required = [name for name in OPTIONAL if COLUMNS[name].required]
    columns = chosen_columns([*required, *request.POST.getlist("columns")])
    is_default = "usual" in request.POST or set(columns or ()) == set(default_columns(tab))
    return None if is_default else columns


@member_required(Permission.PEOPLE_VIEW)
@require_safe
def users_export(request: MemberRequest) -> HttpResponseBase:
    """Streams the view, or what is selected in it, as CSV. Everyone who may see the list may export it.

    The audit entry is written first, however much of the file is fetched.
    """
    selection = Selection.from_request(request)
    if not selection:
        selection = replace(selection, everyone=True)
    lines: Iterator[str] = iter(())
    if request.method == "GET":
        data = {"view": selection.params.view[:500], "selected": len(selection.ids)}
        record(organization_id=request.organization.pk, actor=request.membership, action="members.exported", data=data)
        lines = export_lines(request.organization, selection, timezone.now(), request.user.csv_separator)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="users.csv"'
    return response
