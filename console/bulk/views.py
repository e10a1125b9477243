"""Bulk actions: started from the action bar of the Users page, confirmed and followed on their own pages (U-15)."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.fresh import require_fresh_sign_in
from base.ids import parse_uuid
from base.policies import Refused, require
from base.responses import htmx_redirect
from console.bulk import texts
from console.bulk.confirmation import REQUEST_SECONDS, Confirmation, list_updated
from console.bulk.kinds import KINDS, kind_of
from console.bulk.policies import can_undo
from console.bulk.queries import (
    PAGE_SIZE,
    ItemCounts,
    action_visible_to,
    actions_visible_to,
    has_taken,
    item_counts,
    items_of,
)
from console.bulk.services import IMMEDIATE_LIMIT, cancel_bulk, mark_undone, start_undo
from console.bulk.worker import process
from console.models import UNFINISHED, BulkAction, BulkState, ItemState
from console.users.params import UserListParams
from console.users.selection import Selection, count_matching
from organizations.access import member_required
from organizations.fresh import require_fresh_to_give
from organizations.permissions import Permission
from organizations.requests import MemberRequest
from organizations.undo import report_refusal, report_second_press, undo_removal


@member_required(Permission.PEOPLE_VIEW)
@require_safe
def bulk_count(request: MemberRequest) -> HttpResponse:
    """Return the label of "Select all matching" with the count, which is too slow for every page."""
    count = count_matching(request.organization, Selection.from_request(request).params, timezone.now())
    return HttpResponse(_("Select all %(count)s matching") % {"count": count})


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def bulk_action(request: MemberRequest, key: str) -> HttpResponse:
    """Confirm a bulk action, then run it or have a worker run it."""
    kind = KINDS[key]
    require(kind.is_available(request.membership))
    selection = Selection.from_request(request)
    if not selection:
        messages.warning(request, _("Select users first."))
        return htmx_redirect(request, selection.params.url(request.organization.slug))
    confirmation = Confirmation(request, kind, selection)
    if request.method != "POST" or "find" in request.POST:
        return confirmation.render()
    if confirmation.is_blocked or confirmation.has_grown or not confirmation.preview.eligible:
        return confirmation.render(409)
    if not confirmation.form.is_valid():
        return confirmation.render(422)
    confirmation.require_fresh_sign_in()
    return confirmation.run()


def _action_or_404(request: MemberRequest, action_id: UUID) -> BulkAction:
    action = action_visible_to(request.membership, action_id)
    if action is None:
        raise Http404
    return action


def _result_url(request: MemberRequest, action: BulkAction) -> str:
    return reverse("users_bulk_result", args=[request.organization.slug, action.pk])


def _title(action: BulkAction) -> str:
    return texts.progress_title(action) if action.state in UNFINISHED else texts.result_summary(action)


@member_required(Permission.PEOPLE_VIEW)
@require_safe
def bulk_list(request: MemberRequest) -> HttpResponse:
    """List the user's own bulk actions; for people who can delete members, everyone's."""
    actions = actions_visible_to(request.membership)
    if before := parse_uuid(request.GET.get("before", "")):
        actions = actions.filter(pk__lt=before)
    rows = list(actions[: PAGE_SIZE + 1])
    lines = [
        {
            "action": action,
            "title": _title(action),
            "icon": kind_of(action).icon,
            "tone": kind_of(action).tone,
        }
        for action in rows[:PAGE_SIZE]
    ]
    context = {"lines": lines, "older": rows[PAGE_SIZE - 1].pk if len(rows) > PAGE_SIZE else None}
    return render(request, "console/bulk/list.html", context)


@member_required(Permission.PEOPLE_VIEW)
@require_safe
def bulk_result(request: MemberRequest, action_id: UUID) -> HttpResponse:
    """Show the progress of an action, or its result for each member. htmx requests the part that changes."""
    context = _result_context(request, _action_or_404(request, action_id))
    template = "console/bulk/_result.html" if request.htmx else "console/bulk/result.html"
    return render(request, template, context | {"is_fragment": bool(request.htmx)})


def _result_context(request: MemberRequest, action: BulkAction) -> dict[str, Any]:
    """Return what console/bulk/_result.html takes."""
    counts, is_running = item_counts(action), action.state in UNFINISHED
    show, after = request.GET.get("show", ""), parse_uuid(request.GET.get("after", ""))
    items, next_after = ([], None) if is_running else items_of(action, state=show, after=after)
    params = UserListParams.from_url(action.view, organization_id=request.organization.pk)
    url, undo = _result_url(request, action), _undo_of(request, action)
    return {
        "action": action,
        "can_undo": _can_undo(request, action),
        "undo": undo,
        "undo_url": undo and _result_url(request, undo),
        "undo_title": undo and _title(undo),
        "is_running": is_running,
        "is_preparing": action.state == BulkState.PREPARING,
        "processed": counts.done + counts.refused,
        "title": _title(action),
        "items": items,
        "filters": _filters(counts, action, url, show),
        "next": f"{url}?{urlencode({'show': show, 'after': next_after})}" if next_after else "",
        "page_url": url,
        "list_url": params.url(request.organization.slug),
    }


def _can_undo(request: MemberRequest, action: BulkAction) -> bool:
    return not action.is_undone and bool(can_undo(request.membership, action, timezone.now())) and has_taken(action)


def _undo_of(request: MemberRequest, action: BulkAction) -> BulkAction | None:
    """Return the action that undid this one, if there is one."""
    key = parse_uuid(action.choice.get("undone_by") or "")
    return action_visible_to(request.membership, key) if key else None


def _filters(counts: ItemCounts, action: BulkAction, url: str, show: str) -> list[dict[str, Any]]:
    """Return the tabs: All, and each state that there are items of."""
    tabs = [
        ("", _("All"), action.total),
        (ItemState.DONE, ItemState.DONE.label, counts.done),
        (ItemState.REFUSED, ItemState.REFUSED.label, counts.refused),
        (ItemState.TODO, ItemState.TODO.label, counts.todo),
    ]
    return [
        {"label": label, "count": f"{count:,}", "url": f"{url}?show={key}" if key else url, "current": key == show}
        for key, label, count in tabs
        if count or not key
    ]


@member_required(Permission.PEOPLE_VIEW)
@require_POST
def bulk_undo(request: MemberRequest, action_id: UUID) -> HttpResponse:
    """Undo a bulk action that took something away (U-22).

    The message about a small removal has a token that says what to give back: all of it or nothing. Otherwise, another
    bulk action gives it back to each member. From a message, the response is the list. From the page of the result, it
    leads to the page of the new action.
    """
    action = _action_or_404(request, action_id)
    if request.POST.get("token"):
        if undo_removal(request) and action.actor_id == request.membership.pk:
            mark_undone(action)
    else:
        undo = _undo(request, action)
        if "token" not in request.POST or undo.state in UNFINISHED:
            return htmx_redirect(request, _result_url(request, undo))
    params = UserListParams.from_url(request.GET.get("view", ""), organization_id=request.organization.pk)
    return list_updated(request, params, params.url(request.organization.slug))


def _undo(request: MemberRequest, action: BulkAction) -> BulkAction:
    """Undo the action, or start to if it has many members. Returns the action whose page has the result.

    Adds a message, except where that page says the same.
    """
    try:
        _require_fresh_to_undo(request, action)
        undo, started = start_undo(actor=request.membership, action=action, now=timezone.now())
    except Refused as refusal:
        report_refusal(request, refusal)
        return action
    if not started:
        report_second_press(request)
        return undo
    if undo.total <= IMMEDIATE_LIMIT:
        process(undo.pk, limit=IMMEDIATE_LIMIT + 1, seconds=REQUEST_SECONDS)
        undo.refresh_from_db()
    if "token" in request.POST and undo.state not in UNFINISHED:
        link = format_html('<a href="{}">{}</a>', _result_url(request, undo), _("View results"))
        level = messages.WARNING if undo.refused else messages.SUCCESS
        messages.add_message(request, level, format_html("{} {}", texts.result_summary(undo), link))
    return undo


def _require_fresh_to_undo(request: MemberRequest, action: BulkAction) -> None:
    """Require a fresh sign-in if Undo may give Admin back (S-7): always for roles, because each member had others."""
    require(can_undo(request.membership, action, timezone.now()))
    if action.kind == "role":
        require_fresh_sign_in(request)
    elif "group" in action.choice:
        require_fresh_to_give(request, group_ids=[action.choice["group"]])


@member_required(Permission.PEOPLE_VIEW)
@require_POST
def bulk_cancellation(request: MemberRequest, action_id: UUID) -> HttpResponse:
    """Stop an action; completed changes are kept."""
    action = _action_or_404(request, action_id)
    if cancel_bulk(actor=request.membership, action=action):
        messages.success(request, _("Action stopped. Completed changes are kept."))
    else:
        messages.info(request, _("The action had already finished."))
    return redirect("users_bulk_result", request.organization.slug, action.pk)
