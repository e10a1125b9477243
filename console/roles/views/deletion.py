"""Deleting a custom role; its members and groups get a replacement (R-3)."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from base.policies import require
from base.responses import htmx_redirect
from console.roles.permissions import join_labels
from console.roles.views.roles import role_or_404
from invitations.queries import drafts_with_role
from invitations.services import retire_role
from organizations.access import member_required
from organizations.models import Role
from organizations.permissions import Permission
from organizations.policies import can_delete_role, can_replace_role
from organizations.queries import role_uses, roles_in
from organizations.requests import MemberRequest
from organizations.roles import permissions_of


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def role_deletion(request: MemberRequest, role_id: UUID) -> HttpResponse:
    """Delete a role after a confirmation, with the choice of a replacement where the role is in use."""
    role = role_or_404(request.organization, role_id)
    require(can_delete_role(request.membership, role))
    use = role_uses(request.organization, [role])[role.pk]
    drafts = drafts_with_role(request.organization, role).count()
    replacement = _replacement(request, role)
    if request.method == "POST" and (replacement or not (use or drafts)):
        try:
            retire_role(actor=request.membership, role=role, replacement=replacement)
        except Role.DoesNotExist:
            raise Http404 from None
        return _deleted(request, role, replacement)
    context = {
        "role": role,
        "use": use,
        "drafts": drafts,
        "permissions": join_labels(permissions_of(role)),
        "options": _options(request, role) if use or drafts else [],
        "error": _("Choose a replacement role.") if request.method == "POST" else "",
        "cancel_url": reverse("role", args=[request.organization.slug, role.pk]),
        "tone": "danger",
        "icon_name": "trash",
    }
    return render(request, "console/roles/deletion.html", context, status=422 if context["error"] else 200)


def _replacement(request: MemberRequest, role: Role) -> Role | None:
    """Return the chosen role, None if it isn't one of the organization's."""
    role_id = request.POST.get("replacement", "")
    return next((other for other in roles_in(request.organization) if str(other.pk) == role_id), None)


def _options(request: MemberRequest, role: Role) -> list[tuple[Role, bool]]:
    """Return every other role, and whether the actor can give it (R-6)."""
    others = [other for other in roles_in(request.organization) if other != role]
    return [(other, bool(can_replace_role(request.membership, role, other))) for other in others]


def _deleted(request: MemberRequest, role: Role, replacement: Role | None) -> HttpResponse:
    if replacement:
        text = _("The role %(name)s was deleted and replaced by %(replacement)s.")
        messages.success(request, text % {"name": role.label, "replacement": replacement.label})
    else:
        messages.success(request, _("The role %(name)s was deleted.") % {"name": role.label})
    return htmx_redirect(request, reverse("roles", args=[request.organization.slug]))
