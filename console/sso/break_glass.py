"""Choosing break-glass Admins, who keep their password where single sign-on is enforced (O-4)."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.fresh import require_fresh_sign_in
from base.policies import Decision, Refused, require
from base.responses import htmx_redirect
from base.sentences import join_names
from organizations.access import member_required
from organizations.models import Membership
from organizations.permissions import Permission
from organizations.policies import can, can_add_break_glass, can_be_break_glass, can_remove_break_glass
from organizations.queries import BREAK_GLASS_CHOICES, break_glass_admins, break_glass_choices, member_in
from organizations.requests import MemberRequest
from organizations.services import add_break_glass, remove_break_glass
from organizations.undo import report_change, require_unchanged, undo_change
from provisioning.queries.sso_tests import provider_of

# How many of the other break-glass Admins a confirmation names.
NAMED = 4


@require_safe
@member_required(Permission.SECURITY_VIEW)
def sso_break_glass(request: MemberRequest) -> HttpResponse:
    """List the Admins, with a button for each that can be chosen or removed, or the reason why not."""
    require(can(request.membership, Permission.SECURITY_MANAGE))
    admins = break_glass_choices(request.organization)
    for admin in admins:
        admin.organization = request.organization
    context = {
        "rows": [(admin, can_be_break_glass(admin), _decision(request, admin)) for admin in admins],
        "limit": BREAK_GLASS_CHOICES if len(admins) == BREAK_GLASS_CHOICES else 0,
    }
    return render(request, "console/sso/break_glass.html", context)


def _decision(request: MemberRequest, admin: Membership) -> Decision:
    return (can_remove_break_glass if admin.is_break_glass else can_add_break_glass)(request.membership, admin)


@require_POST
@member_required(Permission.SECURITY_VIEW)
def sso_break_glass_admin(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Choose an Admin."""
    member = _member_or_404(request, member_id)
    require_fresh_sign_in(request)
    try:
        if _call(add_break_glass, request, member):
            messages.success(request, _("%(name)s is a break-glass Admin.") % {"name": member.name})
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("sso_break_glass", request.organization.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.SECURITY_VIEW)
def sso_break_glass_removal(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Remove a break-glass Admin, after a confirmation that says what changes."""
    member, url = _member_or_404(request, member_id), reverse("sso_break_glass", args=[request.organization.slug])
    if request.method == "POST":
        require_fresh_sign_in(request)
        _remove(request, member)
        return htmx_redirect(request, url)
    require(can_remove_break_glass(request.membership, member))
    others = break_glass_admins(request.organization, besides=member)
    context = {
        "member": member,
        "provider": provider_of(request.organization),
        "others": join_names([other.name for other in others], limit=NAMED),
        "is_self": member == request.membership,
        "cancel_url": url,
        "tone": "warning",
        "icon_name": "shield",
    }
    return render(request, "console/sso/break_glass_removal.html", context)


@require_POST
@member_required(Permission.SECURITY_VIEW)
def sso_break_glass_undo(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Choose an Admin again whose removal was just reported (U-22)."""
    member = _member_or_404(request, member_id)
    require_fresh_sign_in(request)

    def add(reported_at: str) -> bool:
        if member.is_break_glass:
            return False
        require_unchanged(member, reported_at, "sso.break_glass_added", "sso.break_glass_removed")
        return _call(add_break_glass, request, member)

    undo_change(
        request,
        add,
        kind=_kind(member),
        done=_("Undone. %(name)s is a break-glass Admin again.") % {"name": member.name},
        too_late=_("Choose the Admin again instead."),
    )
    return htmx_redirect(request, reverse("sso_break_glass", args=[request.organization.slug]))


def _remove(request: MemberRequest, member: Membership) -> None:
    """Remove the member, and add a message with Undo, except for users who may have locked themselves out by it."""
    name = {"name": member.name}
    try:
        removed = _call(remove_break_glass, request, member)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return
    done = _("%(name)s is no longer a break-glass Admin.") % name
    if not removed:
        messages.info(request, _("%(name)s isn’t a break-glass Admin.") % name)
    elif member == request.membership and request.organization.sso_enforced:
        messages.success(request, done)
    else:
        url = reverse("sso_break_glass_undo", args=[request.organization.slug, member.pk])
        report_change(request, done, url, kind=_kind(member), data=timezone.now().isoformat())


def _call(service: Callable[..., bool], request: MemberRequest, member: Membership) -> bool:
    try:
        return service(actor=request.membership, member=member)
    except Membership.DoesNotExist:
        raise Http404 from None


def _kind(member: Membership) -> str:
    return f"break_glass:{member.pk}"


def _member_or_404(request: MemberRequest, member_id: UUID) -> Membership:
    require(can(request.membership, Permission.SECURITY_MANAGE))
    member = member_in(request.organization, member_id)
    if member is None:
        raise Http404
    member.organization = request.organization
    return member
