"""Reminding one member to set up two-factor authentication, and the roll-out that shows it (S-11)."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from console.member.actions.member_action import MemberAction
from console.security.rollout import build_rollout
from organizations.access import member_required
from organizations.models import Membership
from organizations.permissions import Permission
from organizations.queries import two_factor_counts
from organizations.requests import MemberRequest
from organizations.services import remind_two_factor


@require_safe
@member_required(Permission.SECURITY_VIEW)
def security_rollout(request: MemberRequest) -> HttpResponse:
    """Show the roll-out: for htmx the section alone, otherwise the Security page."""
    return _render(request) if request.htmx else _redirect(request)


@require_POST
@member_required(Permission.PEOPLE_VIEW)
def user_reminder(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Email a member a reminder. A second click sends nothing and says so."""
    member = MemberAction.from_request(request, member_id).member
    try:
        sent = remind_two_factor(actor=request.membership, member=member)
    except Membership.DoesNotExist:
        raise Http404 from None
    text = _("%(name)s was reminded to set up 2FA.")
    if not sent:
        text = _("%(name)s already has 2FA, or was reminded within the last week.")
    (messages.success if sent else messages.info)(request, text % {"name": member.name})
    if Permission.SECURITY_VIEW not in request.permissions:
        return redirect("user_profile", request.organization.slug, member.pk)
    return _render(request) if request.htmx else _redirect(request)


def _render(request: MemberRequest) -> HttpResponse:
    active, two_factor = two_factor_counts(request.organization)
    rollout = build_rollout(request.membership, active, two_factor, timezone.now())
    return render(request, "console/security/_rollout_updated.html", {"rollout": rollout})


def _redirect(request: MemberRequest) -> HttpResponse:
    return redirect(reverse("security", args=[request.organization.slug]) + "#rollout")
