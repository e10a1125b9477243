"""Datasets, sources, destinations and pipelines (A-3): their lists and drawers, and archiving and restoring."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.once import once
from audit.services import record as record_entry
from base.params import path as query_path
from base.policies import Refused, require
from base.responses import render_page_or_fragment
from organizations.access import member_required
from organizations.requests import MemberRequest
from organizations.undo import report_change, undo_change
from workspace import policies
from workspace.models import Record
from workspace.records.drawer import drawer_context
from workspace.records.export import export_lines
from workspace.records.forms import RecordForm, form_class
from workspace.records.lists import list_context
from workspace.records.params import RecordContext, RecordListParams
from workspace.records.queries import record_in, visible_project_names
from workspace.records.rendering import project_label
from workspace.records.types import RecordType
from workspace.services import (
    RecordValues,
    archive_record,
    create_record,
    edit_record,
    restore_record,
    undo_record_archive,
)

FORM_METHODS = ["GET", "HEAD", "POST"]


def record_view(view: Callable) -> Callable:
    """Decorate a view of one record. Requires permission to see its type; 404 if it doesn't exist."""

    @wraps(view)
    def wrapped(request: MemberRequest, slug: str, record_type: RecordType, **ids: UUID) -> HttpResponse:
        (record_id,) = ids.values()

        def inside(request: MemberRequest) -> HttpResponse:
            record = record_in(request.organization, record_type.model, record_id)
            if record is None:
                raise Http404
            try:
                return view(request, record_type, record)
            except record_type.model.DoesNotExist:
                raise Http404 from None

        return member_required(record_type.model.VIEW)(inside)(request, slug)

    return sensitive_post_parameters("secret")(require_http_methods(FORM_METHODS)(wrapped))


def of_type(view: Callable) -> Callable:
    """Decorate a view of a type of records. Requires permission to see them."""

    @wraps(view)
    def wrapped(request: MemberRequest, slug: str, record_type: RecordType) -> HttpResponse:
        return member_required(record_type.model.VIEW)(view)(request, slug, record_type)

    return sensitive_post_parameters("secret")(wrapped)


@require_safe
@of_type
def record_list(request: MemberRequest, record_type: RecordType) -> HttpResponse:
    """List records by name or by last change, with search, filters and pages."""
    params = RecordListParams.from_querydict(request.GET, record_type, request.organization.pk)
    context = list_context(request, record_type, params)
    page, fragment = "workspace/records/list.html", "workspace/records/_results.html"
    return render_page_or_fragment(request, page=page, fragment=fragment, context=context, url=context["page_url"])


@require_safe
@of_type
def record_export(request: MemberRequest, record_type: RecordType) -> StreamingHttpResponse:
    """Return the view as CSV. Everyone who may see the list may export it.

    The audit entry is written first, however much of the file is fetched.
    """
    params = RecordListParams.from_querydict(request.GET, record_type, request.organization.pk)
    lines: Iterator[str] = iter(())
    if request.method == "GET":
        data = {"view": replace(params, cursor=None).query()[:500]}
        action = f"{record_type.key}s.exported"
        record_entry(organization_id=request.organization.pk, actor=request.membership, action=action, data=data)
        lines = export_lines(RecordContext(request.membership, record_type), params, request.user.csv_separator)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{record_type.key}s.csv"'
    return response


@require_http_methods(FORM_METHODS)
@of_type
@once
def record_new(request: MemberRequest, record_type: RecordType) -> HttpResponse:
    """Create a record."""
    require(policies.can_manage_records(request.membership, record_type.model))
    form = _form(request, record_type, None)

    def write(values: RecordValues) -> None:
        create_record(
            actor=request.membership, organization=request.organization, model=record_type.model, values=values
        )

    if request.method == "POST" and form.save(write):
        messages.success(request, _("%(name)s was added.") % {"name": form.cleaned_data["name"]})
        return _changed(request, record_type)
    context = {"form": form, "type": record_type, "close_url": _list_url(request, record_type)}
    return render(request, "workspace/records/new.html", context, status=form.status)


@record_view
def record_page(request: MemberRequest, record_type: RecordType, record: Record) -> HttpResponse:
    """Show a record's drawer: a form, or read-only details for members who can't edit it."""
    if request.method == "POST":
        require(policies.can_edit_record(request.membership, record))
    context = drawer_context(request, record_type, record) | {
        "close_url": _list_url(request, record_type),
        "query": f"?{request.GET.urlencode()}" if request.GET else "",
    }
    if not context["can_edit"]:
        return render(request, "workspace/records/record.html", context)
    form = _form(request, record_type, record)

    def write(values: RecordValues) -> None:
        edit_record(actor=request.membership, record=record, values=values, seen=form.seen_values())

    if request.method == "POST" and form.save(write):
        messages.success(request, _("%(name)s was saved.") % {"name": form.cleaned_data["name"]})
        return _changed(request, record_type)
    return render(request, "workspace/records/record.html", context | {"form": form}, status=form.status)


@record_view
def record_archive(request: MemberRequest, record_type: RecordType, record: Record) -> HttpResponse:
    """Archive a record after a confirmation."""
    if request.method == "POST":
        _archive(request, record_type, record)
        return _changed(request, record_type)
    require(policies.can_archive_record(request.membership, record))
    return render(request, "workspace/records/archive.html", _confirmation(request, record_type, record))


def _archive(request: MemberRequest, record_type: RecordType, record: Record) -> None:
    """Archive the record and add a message with Undo; a second press of the button only says that it is archived."""
    name = {"name": record.name}
    try:
        archived = archive_record(actor=request.membership, record=record)
    except Refused:
        record.refresh_from_db(fields=["archived_at"])
        if not record.archived_at or not policies.can_manage_records(request.membership, record_type.model):
            raise
        messages.info(request, _("%(name)s is already archived.") % name)
        return
    url = reverse(f"{record_type.key}_archive_undo", args=[request.organization.slug, record.pk])
    report_change(
        request,
        _("%(name)s was archived.") % name,
        query_path(url, view=request.GET.get("view", "")),
        kind=_kind(record),
        data=archived.archived_at.isoformat(),
    )


@require_POST
@record_view
def record_archive_undo(request: MemberRequest, record_type: RecordType, record: Record) -> HttpResponse:
    """Restore a record that was just reported as archived (U-22)."""

    def restore(archived_at: str) -> bool:
        return undo_record_archive(actor=request.membership, record=record, archived_at=archived_at)

    done = _("Undone. %(name)s was restored.") % {"name": record.name}
    undo_change(request, restore, kind=_kind(record), done=done, too_late=_("Restore it from the archive."))
    return _changed(request, record_type)


def _kind(record: Record) -> str:
    return f"{record._meta.model_name}:{record.pk}"


@record_view
def record_restoration(request: MemberRequest, record_type: RecordType, record: Record) -> HttpResponse:
    """Restore an archived record after a confirmation."""
    require(policies.can_restore_record(request.membership, record))
    if request.method == "POST":
        restore_record(actor=request.membership, record=record)
        messages.success(request, _("%(name)s was restored.") % {"name": record.name})
        return _changed(request, record_type)
    return render(request, "workspace/records/restoration.html", _confirmation(request, record_type, record))


def _form(request: MemberRequest, record_type: RecordType, record: Record | None) -> RecordForm:
    data, label = request.POST if request.method == "POST" else None, ""
    if record is not None and record.project_id:
        label = project_label(record.project_id, visible_project_names(request.membership, [record.project_id]))
    return form_class(record_type)(
        data, member=request.membership, record_type=record_type, record=record, project_label=label
    )


def _confirmation(request: MemberRequest, record_type: RecordType, record: Record) -> dict[str, Any]:
    return {"record": record, "type": record_type, "cancel_url": _list_url(request, record_type)}


def _list_url(request: MemberRequest, record_type: RecordType) -> str:
    """Return the URL of the view of the list that a dialog was opened from."""
    query = QueryDict(request.GET.get("view", "")[:2000])
    return RecordListParams.from_querydict(query, record_type, request.organization.pk).url(request.organization.slug)


def _changed(request: MemberRequest, record_type: RecordType) -> HttpResponse:
    """Respond to a change: return to the list, which htmx reloads in place."""
    if not request.htmx:
        return redirect(_list_url(request, record_type))
    response = render(request, "ui/toasts.html", {"oob": True})
    response["HX-Trigger"] = "records-changed"
    return response
