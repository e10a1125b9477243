"""The Security page: the organization's policies, and logging everyone out."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.fresh import require_fresh_sign_in
from base import context as request_context
from base.policies import require
from base.responses import htmx_redirect
from console.security.conflict_texts import policy_changes
from console.security.forms import SecurityForm
from console.security.rollout import build_rollout
from console.security.score import security_score
from organizations.access import member_required
from organizations.permissions import Permission
from organizations.policies import can
from organizations.requests import MemberRequest
from organizations.services import PoliciesConflict, SecurityPolicies, end_all_sessions, set_security_policies


def _form(request: MemberRequest) -> SecurityForm:
    current = SecurityPolicies.of(request.organization)
    data = request.POST if request.method == "POST" else None
    return SecurityForm(data, member=request.membership, current=current, ip=request_context.current().ip)


def _render(request: MemberRequest, form: SecurityForm, *, status: int = 200, **extra) -> HttpResponse:
    member, now = request.membership, timezone.now()
    score = security_score(member, now)
    context = {
        "form": form,
        "can_manage": can(request.membership, Permission.SECURITY_MANAGE),
        "days": settings.INVITATION_DAYS,
        "score": score,
        "rollout": build_rollout(member, score.figures.active, score.figures.two_factor, now),
        **extra,
    }
    return render(request, "console/security/security.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.SECURITY_VIEW)
def security(request: MemberRequest) -> HttpResponse:
    """Show the policies to people who can view security settings; people who can manage them can change them."""
    form = _form(request)
    if request.method != "POST":
        return _render(request, form)
    require(can(request.membership, Permission.SECURITY_MANAGE))
    require_fresh_sign_in(request)
    if not form.is_valid():
        return _render(request, form, status=422)
    try:
        changed = _save(request, form)
    except PoliciesConflict as conflict:
        return _conflict(request, conflict, form)
    if changed:
        messages.success(request, _("Security rules saved."))
    return redirect("security", request.organization.slug)


def _save(request: MemberRequest, form: SecurityForm) -> bool:
    return set_security_policies(
        actor=request.membership,
        policies_seen=form.seen or SecurityPolicies(),
        security_policies=form.policies,
        ip=form.ip,
    )


def _conflict(request: MemberRequest, conflict: PoliciesConflict, form: SecurityForm) -> HttpResponse:
    """Respond 409 with what someone else changed, above the unsaved input. Saving again overwrites their changes."""
    changes = policy_changes(form, form.seen or SecurityPolicies(), conflict.current)
    form = form.rebased_on(conflict.current)
    return _render(request, form, status=409, conflict=str(conflict), changes=changes)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.SECURITY_VIEW)
def security_sessions(request: MemberRequest) -> HttpResponse:
    """Ask before everyone is logged out, and log everyone out. The Admin signs in again, too (S-5)."""
    require(can(request.membership, Permission.SECURITY_MANAGE))
    url = reverse("security", args=[request.organization.slug])
    if request.method != "POST":
        context = {"cancel_url": url, "tone": "danger", "icon_name": "log-out"}
        return render(request, "console/security/sessions.html", context)
    require_fresh_sign_in(request)
    end_all_sessions(actor=request.membership)
    return htmx_redirect(request, url)
