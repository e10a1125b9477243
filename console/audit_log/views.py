"""The page "Audit log", the menus of its filters, and its exports (A-4)."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from audit.services import record
from base.lists.controls import choice_groups, is_search, ticked_values
from base.lists.filters import filter_named
from base.picker import search_query
from base.responses import is_htmx_fragment, render_page_or_fragment
from console.audit_log.choices import MENUS, time_choices
from console.audit_log.export import FORMATS
from console.audit_log.filters import FILTERS, AuditContext
from console.audit_log.page import AuditLogPage
from console.audit_log.params import AuditLogParams
from console.audit_log.queries import iterate_entries
from console.audit_log.stream_rows import chain_state
from organizations.access import member_required
from organizations.permissions import Permission
from organizations.requests import MemberRequest


def _context(request: MemberRequest) -> AuditContext:
    return AuditContext(request.organization, timezone.now())


def _view(request: MemberRequest) -> AuditLogParams:
    """Return the first page of the view in the "view" parameter."""
    view = request.GET.get("view", "")
    return AuditLogParams.from_view(view, organization_id=request.organization.pk).closed()


@require_safe
@member_required(Permission.AUDIT_VIEW)
def audit_log(request: MemberRequest) -> HttpResponse:
    """List entries, newest first, with search, filters and pages."""
    params = AuditLogParams.from_querydict(request.GET, organization_id=request.organization.pk)
    page = AuditLogPage(_context(request), request.membership, params)
    context = {"page": page, "chain": None if is_htmx_fragment(request) else chain_state(request.organization)}
    template, fragment = "console/audit_log/page.html", "console/audit_log/_results.html"
    return render_page_or_fragment(request, page=template, fragment=fragment, context=context, url=page.url)


@require_safe
@member_required(Permission.AUDIT_VIEW)
def audit_log_choices(request: MemberRequest, kind: str) -> HttpResponse:
    """The people, events or targets to filter by. `named` searches among them.

    `apply` goes to the list that is filtered by those that are ticked.
    """
    params, menu, item = _view(request), MENUS[kind], filter_named(FILTERS, kind)
    ticked = ticked_values(item, params, request.GET)
    if "apply" in request.GET:
        return redirect(params.set_filter(kind, *ticked).url(request.organization.slug))
    search = search_query(request.GET, "named")
    found, has_more = menu.search(request.membership, search)
    listed = {value for _heading, choices in found for value, _label in choices}
    names = item.find_names(_context(request), ticked) if ticked else {}  # type: ignore[misc]
    others = [(value, name) for value, name in names.items() if value not in listed]
    context = {
        "heading": menu.heading,
        "label": menu.search_label,
        "name": kind,
        "groups": choice_groups([("", others), *found], ticked),
        "query": search,
        "has_more": has_more,
        "is_searchable": True,
        "only_entries": is_search(request.GET),
    }
    return _render_menu(request, params, "ui/filter_menu.html", "ui/filter_page.html", context)


@require_safe
@member_required(Permission.AUDIT_VIEW)
def audit_log_when(request: MemberRequest) -> HttpResponse:
    """List the periods to filter by, and a form for two dates."""
    params = _view(request)
    context = time_choices(params, request.organization.slug)
    return _render_menu(request, params, "console/audit_log/_when.html", "console/audit_log/when.html", context)


def _render_menu(
    request: MemberRequest, params: AuditLogParams, menu: str, page: str, context: dict[str, Any]
) -> HttpResponse:
    """Render a menu, or without JavaScript the page of its choices. `menu` and `page` are templates."""
    context |= {"view": params.query(), "url": request.path, "back": params.url(request.organization.slug)}
    return render(request, menu if request.htmx else page, context)


@require_safe
@member_required(Permission.AUDIT_EXPORT)
def audit_log_export(request: MemberRequest, kind: str) -> HttpResponseBase:
    """Stream the view as a file. The export is recorded before it starts."""
    params, chosen, organization = _view(request), FORMATS[kind], request.organization
    lines: Iterator[str] = iter(())
    if request.method == "GET":
        data = {"format": str(chosen.label), "view": params.query()[:500]}
        entry = record(organization_id=organization.pk, actor=request.membership, action="audit.exported", data=data)
        chunks = iterate_entries(_context(request), params, before=entry)
        lines = chosen.lines(chunks, request.user.csv_separator)
    response = StreamingHttpResponse(lines, content_type=chosen.content_type)
    name = f"{organization.slug}-audit-log-{timezone.now():%Y-%m-%d}.{chosen.extension}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
