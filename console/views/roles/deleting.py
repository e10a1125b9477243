"""Deleting a custom role: whoever has it gets another one (R-3)."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from base.policies import require
from base.responses import htmx_redirect
from console.roles import role_or_404
from invitations.queries import drafts_with_role
from invitations.services import retire_role
from organizations.access import member_required
from organizations.models import Role
from organizations.permissions import Permission
from organizations.policies import can_delete_role, can_replace_role
from organizations.queries import role_uses, roles_in
from organizations.requests import MemberRequest


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def role_deletion(request: MemberRequest, role_id: UUID) -> HttpResponse:
    """Asks, with the choice of a replacement where the role is in use; then deletes."""
    role = role_or_404(request.organization, role_id)
    require(can_delete_role(request.membership, role))
    use = role_uses(request.organization, [role])[role.pk]
    drafts = drafts_with_role(request.organization, role).count()
    chosen = _chosen(request, role)
    if request.method == "POST" and (chosen or not (use or drafts)):
        try:
            retire_role(actor=request.membership, role=role, replacement=chosen)
        except Role.DoesNotExist:
            raise Http404 from None
        return _done(request, role, chosen)
    context = {
        "role": role,
        "use": use,
        "drafts": drafts,
        "options": _options(request, role) if use or drafts else [],
        "error": _("Choose the role that they get instead.") if request.method == "POST" else "",
        "cancel_url": reverse("role", args=[request.organization.slug, role.pk]),
        "tone": "danger",
        "icon_name": "trash",
    }
    return render(request, "console/roles/deletion.html", context, status=422 if context["error"] else 200)


def _chosen(request: MemberRequest, role: Role) -> Role | None:
    """The role that was chosen, if it is one of the organization's."""
    asked = request.POST.get("replacement", "")
    return next((other for other in roles_in(request.organization) if str(other.pk) == asked), None)


def _options(request: MemberRequest, role: Role) -> list[tuple[Role, bool]]:
    """Every other role, and whether the actor may give it (R-6)."""
    others = [other for other in roles_in(request.organization) if other != role]
    return [(other, bool(can_replace_role(request.membership, role, other))) for other in others]


def _done(request: MemberRequest, role: Role, chosen: Role | None) -> HttpResponse:
    if chosen:
        text = _("The role %(name)s was deleted. Whoever had it is now %(other)s.")
        messages.success(request, text % {"name": role.label, "other": chosen.label})
    else:
        messages.success(request, _("The role %(name)s was deleted.") % {"name": role.label})
    return htmx_redirect(request, reverse("roles", args=[request.organization.slug]))
