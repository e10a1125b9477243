"""Requests to join: above the Pending list, on a page of their own, and their answers (O-5)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from base.ids import parse_uuid
from base.policies import Refused
from base.responses import htmx_redirect
from organizations.access import member_required
from organizations.models import JoinRule, Membership
from organizations.permissions import Permission
from organizations.policies import can_give_role, has_free_seats
from organizations.queries import role_in, roles_in
from organizations.requests import MemberRequest
from organizations.undo import report_change, undo_change
from provisioning.models import JoinRequest
from provisioning.policies.joining import join_role_of
from provisioning.queries.join_requests import MOST, SHOWN, count_open_requests, join_request_in, open_requests
from provisioning.services.join_requests import approve_join_request, refuse_join_request, reopen_join_request


def requests_context(viewer: Membership, *, limit: int = SHOWN) -> dict[str, Any]:
    """Return what console/join_requests/_requests.html takes: no requests for people who can't answer them.

    One query if there are none, and none where people need an invitation: then requests wait on their own page.
    """
    if viewer.organization.join_rule == JoinRule.INVITATION and limit == SHOWN:
        return {"join_requests": []}
    found = list(open_requests(viewer.organization)[: limit + 1])
    if not found:
        return {"join_requests": []}
    roles = [role for role in roles_in(viewer.organization) if can_give_role(viewer, role)]
    default = join_role_of(viewer.organization) or (roles[-1] if roles else None)
    return {
        "join_requests": found[:limit],
        "join_roles": [(role, role == default) for role in roles],
        "join_count": count_open_requests(viewer.organization),
        "has_more_requests": len(found) > limit,
        "no_seats": has_free_seats(viewer.organization).reason,
    }


@member_required(Permission.PEOPLE_INVITE)
@require_safe
def join_requests(request: MemberRequest) -> HttpResponse:
    """All requests that wait for an answer, the oldest hundred."""
    context = requests_context(request.membership, limit=MOST)
    return render(request, "console/join_requests/join_requests.html", context)


@require_POST
@member_required(Permission.PEOPLE_INVITE)
def join_request_approval(request: MemberRequest, request_id: UUID) -> HttpResponse:
    """Approve a request with the chosen role (R-6)."""
    join_request = _request_or_404(request, request_id)
    role_id = parse_uuid(request.POST.get("role", ""))
    role = role_in(request.organization, role_id) if role_id else None
    try:
        joined = approve_join_request(actor=request.membership, join_request=join_request, role=role)
    except JoinRequest.DoesNotExist:
        raise Http404 from None
    except Refused as refusal:
        messages.error(request, str(refusal))
        return _back(request)
    return _done(request, joined, _("%(name)s is now a member. We told them by email."), join_request)


@require_POST
@member_required(Permission.PEOPLE_INVITE)
def join_request_refusal(request: MemberRequest, request_id: UUID) -> HttpResponse:
    """Refuse a request, with Undo. The person who asked sees it on the page of their organizations."""
    join_request = _request_or_404(request, request_id)
    try:
        refused = refuse_join_request(actor=request.membership, join_request=join_request)
    except JoinRequest.DoesNotExist:
        raise Http404 from None
    if refused is None:
        return _done(request, False, "", join_request)
    name, url = join_request.user.name, reverse("join_request_undo", args=[request.organization.slug, join_request.pk])
    report_change(
        request,
        _("%(name)s’s request was refused.") % {"name": name},
        f"{url}?all=1" if "all" in request.POST else url,
        kind=_kind(join_request),
        data=refused.answered_at.isoformat(),
        details=_("They can’t ask again, but you can invite them."),
    )
    return _back(request)


@require_POST
@member_required(Permission.PEOPLE_INVITE)
def join_request_undo(request: MemberRequest, request_id: UUID) -> HttpResponse:
    """Let a request wait again whose refusal was just reported (U-22)."""
    join_request = _request_or_404(request, request_id)

    def reopen(answered_at: str) -> bool:
        try:
            return reopen_join_request(actor=request.membership, join_request=join_request, answered_at=answered_at)
        except JoinRequest.DoesNotExist:
            raise Http404 from None

    done = _("Undone. %(name)s’s request is waiting again.") % {"name": join_request.user.name}
    undo_change(request, reopen, kind=_kind(join_request), done=done, too_late=_("Invite the person instead."))
    return _back(request)


def _kind(join_request: JoinRequest) -> str:
    return f"join_request:{join_request.pk}"


def _done(request: MemberRequest, changed: bool, text: str, join_request: JoinRequest) -> HttpResponse:
    if changed:
        messages.success(request, text % {"name": join_request.user.name})
    else:
        messages.info(request, _("Someone has already answered this request."))
    return _back(request)


def _back(request: MemberRequest) -> HttpResponse:
    """Redirect to the list that the request was answered in."""
    name = "join_requests" if "all" in request.POST or "all" in request.GET else "users_pending"
    return htmx_redirect(request, reverse(name, args=[request.organization.slug]))


def _request_or_404(request: MemberRequest, request_id: UUID) -> JoinRequest:
    join_request = join_request_in(request.organization, request_id)
    if join_request is None:
        raise Http404
    return join_request
