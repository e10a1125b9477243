"""What became of actions on many members: the recent ones, one of them while it runs and afterwards, stopping it."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from base.ids import parse_uuid
from console.bulk import texts
from console.bulk.kinds import KINDS
from console.models import ON_ITS_WAY, BulkAction, BulkState, ItemState
from console.queries.bulk import PAGE, action_seen_by, actions_seen_by, counts_of, items_of
from console.services import cancel_bulk
from console.users.params import UserListParams
from organizations.access import member_required
from organizations.permissions import Permission
from organizations.requests import MemberRequest


def _action(request: MemberRequest, action_id: UUID) -> BulkAction:
    action = action_seen_by(request.membership, action_id)
    if action is None:
        raise Http404
    return action


@member_required(Permission.PEOPLE_VIEW)
@require_safe
def bulk_list(request: MemberRequest) -> HttpResponse:
    """The actions that one began; everybody's for those who may delete people."""
    actions = actions_seen_by(request.membership)
    if before := parse_uuid(request.GET.get("before", "")):
        actions = actions.filter(pk__lt=before)
    found = list(actions[: PAGE + 1])
    lines = [
        {
            "action": action,
            "title": texts.title_of(action) if action.state in ON_ITS_WAY else texts.result_of(action),
            "icon": KINDS[action.kind].icon,
            "tone": KINDS[action.kind].tone,
        }
        for action in found[:PAGE]
    ]
    context = {"lines": lines, "older": found[PAGE - 1].pk if len(found) > PAGE else None}
    return render(request, "console/bulk/list.html", context)


@member_required(Permission.PEOPLE_VIEW)
@require_safe
def bulk_result(request: MemberRequest, action_id: UUID) -> HttpResponse:
    """How far it is, or what became of each member; htmx asks for the part that changes."""
    context = _result(request, _action(request, action_id))
    template = "console/bulk/_result.html" if request.htmx else "console/bulk/result.html"
    return render(request, template, context | {"is_fragment": bool(request.htmx)})


def _result(request: MemberRequest, action: BulkAction) -> dict[str, Any]:
    """What console/bulk/_result.html takes."""
    counts, running = counts_of(action), action.state in ON_ITS_WAY
    show = request.GET.get("show", "")
    items, following = (
        ([], None) if running else items_of(action, state=show, after=parse_uuid(request.GET.get("after", "")))
    )
    params = UserListParams.from_url(action.view, organization_id=request.organization.pk)
    here = reverse("users_bulk_result", args=[request.organization.slug, action.pk])
    return {
        "action": action,
        "running": running,
        "listing": action.state == BulkState.LISTING,
        "counts": counts,
        "tried": counts.done + counts.refused,
        "title": texts.title_of(action) if running else texts.result_of(action),
        "icon_name": KINDS[action.kind].icon,
        "items": items,
        "filters": _filters(counts, action, here, show),
        "next": f"{here}?{urlencode({'show': show, 'after': following})}" if following else "",
        "here": here,
        "back": params.url(request.organization.slug),
    }


def _filters(counts: Any, action: BulkAction, here: str, show: str) -> list[dict[str, Any]]:
    """All, done, left out and, where it was stopped, not reached: those that there are."""
    parts = [
        ("", _("All"), action.total),
        (ItemState.DONE, _("Done"), counts.done),
        (ItemState.REFUSED, _("Left out"), counts.refused),
        (ItemState.TODO, _("Not reached"), counts.todo),
    ]
    return [
        {"label": label, "count": f"{count:,}", "url": f"{here}?show={key}" if key else here, "current": key == show}
        for key, label, count in parts
        if count or not key
    ]


@member_required(Permission.PEOPLE_VIEW)
@require_POST
def bulk_cancellation(request: MemberRequest, action_id: UUID) -> HttpResponse:
    """Stops it; what was done stays done."""
    action = _action(request, action_id)
    if cancel_bulk(actor=request.membership, action=action):
        messages.success(request, _("Stopped. What was done stays done."))
    else:
        messages.info(request, _("It had ended already."))
    return redirect("users_bulk_result", request.organization.slug, action.pk)
