"""Choosing break-glass Admins, who keep their password where single sign-on is enforced (O-4)."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.fresh import require_fresh_sign_in
from base.policies import Decision, Refused, require
from organizations.access import member_required
from organizations.models import Membership
from organizations.permissions import Permission
from organizations.policies import can, can_add_break_glass, can_be_break_glass, can_remove_break_glass
from organizations.queries import BREAK_GLASS_CHOICES, break_glass_choices, member_in
from organizations.requests import MemberRequest
from organizations.services import add_break_glass, remove_break_glass


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
    """Choose an Admin, or with `remove` no longer."""
    require(can(request.membership, Permission.SECURITY_MANAGE))
    member = member_in(request.organization, member_id)
    if member is None:
        raise Http404
    require_fresh_sign_in(request)
    try:
        _change(request, member)
    except Refused as refusal:
        messages.error(request, str(refusal))
    except Membership.DoesNotExist:
        raise Http404 from None
    return redirect("sso_break_glass", request.organization.slug)


def _change(request: MemberRequest, member: Membership) -> None:
    name = {"name": member.name}
    if "remove" in request.POST:
        if remove_break_glass(actor=request.membership, member=member):
            messages.success(request, _("%(name)s is no longer a break-glass Admin.") % name)
    elif add_break_glass(actor=request.membership, member=member):
        messages.success(request, _("%(name)s is a break-glass Admin.") % name)
