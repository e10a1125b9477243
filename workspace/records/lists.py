"""Data for the lists of records, except their rows."""

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from base.lists.columns import headings, sort_options
from base.lists.controls import active_filters, chips_of_several, control
from base.lists.empty import EmptyState
from organizations.queries import roles_in
from organizations.requests import MemberRequest
from organizations.roles import permissions_of
from workspace.policies import can_manage_records
from workspace.records.pages import record_page
from workspace.records.params import RecordContext, RecordListParams, RecordTable, filters_of
from workspace.records.queries import count_records
from workspace.records.rendering import render_rows
from workspace.records.types import INTEGRATIONS, RecordType, lead_of

MAX_ROLES = 5


def list_context(request: MemberRequest, record_type: RecordType, params: RecordListParams) -> dict[str, Any]:
    """Return what workspace/records/list.html and _results.html take."""
    context, slug = RecordContext(request.membership, record_type), request.organization.slug
    page, may_add = record_page(context, params), bool(can_manage_records(request.membership, record_type.model))
    filters = filters_of(record_type)
    url = params.url(slug)
    return {
        "type": record_type,
        "lead": lead_of(record_type, request.organization.name),
        "tabs": [] if record_type.is_dataset else _tabs(request, record_type),
        "params": params,
        "headings": headings(RecordTable, params, ()),
        "sorts": sort_options(RecordTable, params),
        "label": record_type.plural,
        "rows_html": render_rows(request.membership, record_type, page.rows, url) if page.rows else "",
        "found": record_type.counted(page),
        "previous": page.previous,
        "next": page.next,
        "empty": None if page.rows else _empty_state(request, record_type, params, may_add=may_add),
        "page_url": url,
        "export": record_type.export_url(slug) + replace(params, cursor=None).query(),
        "base": record_type.list_url(slug),
        "controls": [control(item, params.values(item.name), {}, context) for item in filters],
        "chips": chips_of_several(
            active_filters(filters, params.filters, {}, context), params, lambda view: view.url(slug)
        ),
        "may_add": may_add,
        "new_url": record_type.new_url(slug),
    }


def _tabs(request: MemberRequest, current: RecordType) -> list[dict[str, Any]]:
    return [
        {
            "label": each.plural,
            "count": count_records(request.organization, each.model),
            "url": each.list_url(request.organization.slug),
            "current": each is current,
        }
        for each in INTEGRATIONS
    ]


def _empty_state(
    request: MemberRequest, record_type: RecordType, params: RecordListParams, *, may_add: bool
) -> EmptyState:
    """Return the empty state of the list: what to do, and who can do it."""
    slug = request.organization.slug
    if params.q or params.filters or params.cursor:
        heading = _("No matches for “%(search)s”") % {"search": params.q} if params.q else _("No matches")
        text = _("Try part of the name, or remove a filter.")
        return EmptyState(heading, text, record_type.list_url(slug), _("Clear search and filters"))
    text = str(record_type.empty_text)
    if may_add:
        return EmptyState(str(record_type.none_yet), text, record_type.new_url(slug), str(record_type.add))
    return EmptyState(str(record_type.none_yet), _who_may_add(request, record_type))


def _who_may_add(request: MemberRequest, record_type: RecordType) -> str:
    roles = [role for role in roles_in(request.organization) if record_type.model.MANAGE in permissions_of(role)]
    names = ", ".join(str(role.label) for role in roles[:MAX_ROLES])
    return _("Members with one of these roles can add them: %(roles)s.") % {"roles": names}
