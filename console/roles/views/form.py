"""Adding a role, optionally as a copy, and editing it (R-3)."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.once import once
from base.ids import parse_uuid
from base.policies import require
from base.responses import htmx_redirect
from console.roles.forms import RoleForm
from console.roles.permissions import permission_boxes
from console.roles.texts import role_changes
from console.roles.views.roles import role_or_404
from organizations.access import member_required
from organizations.models import Role
from organizations.permissions import Permission
from organizations.policies import can_edit_role, can_include_permissions, can_manage_roles
from organizations.queries import role_in, roles_in
from organizations.requests import MemberRequest
from organizations.roles import description_of, permissions_of
from organizations.services import RoleConflict, RoleFields, RoleNameTaken, create_role, edit_role
from organizations.undo import report_removed_permissions, undo_removed_permissions


def _render(request: MemberRequest, form: RoleForm, *, status: int = 200, **extra) -> HttpResponse:
    chosen = form["permissions"].value() or []
    context = {"form": form, "categories": permission_boxes(request.membership, chosen), **extra}
    return render(request, "console/roles/form.html", context, status=status)


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def role_new(request: MemberRequest) -> HttpResponse:
    """Add a role. The query parameter `from` names a role to copy."""
    require(can_manage_roles(request.membership))
    if request.method == "POST":
        return _create(request, RoleForm(request.POST))
    source = _source(request)
    form = RoleForm(initial=_copy(request, source) if source else None)
    return _render(request, form, source=source, sources=roles_in(request.organization))


def _source(request: MemberRequest) -> Role | None:
    role_id = parse_uuid(request.GET.get("from", ""))
    return role_in(request.organization, role_id) if role_id else None


def _copy(request: MemberRequest, source: Role) -> dict:
    # Permissions that the actor can't put into a role are not copied. The page gives the reason for each.
    allowed = [each for each in permissions_of(source) if can_include_permissions(request.membership, [each])]
    return {
        "name": _("%(name)s copy") % {"name": source.label},
        "description": description_of(source),
        "permissions": [str(permission) for permission in allowed],
    }


def _create(request: MemberRequest, form: RoleForm) -> HttpResponse:
    if form.is_valid():
        try:
            role = create_role(actor=request.membership, fields=form.role)
        except RoleNameTaken as taken:
            form.add_error("name", str(taken))
        else:
            messages.success(request, _("The role %(name)s was added.") % {"name": role.label})
            return redirect("role", request.organization.slug, role.pk)
    return _render(request, form, status=422)


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def role_edit(request: MemberRequest, role_id: UUID) -> HttpResponse:
    """Edit a custom role's name, description and permissions."""
    role = role_or_404(request.organization, role_id)
    require(can_edit_role(request.membership, role))
    if request.method == "POST":
        return _edit(request, role, RoleForm(request.POST))
    return _render(request, RoleForm.from_role(RoleFields.of(role)), role=role)


def _edit(request: MemberRequest, role: Role, form: RoleForm) -> HttpResponse:
    if form.is_valid():
        try:
            changed = edit_role(actor=request.membership, role=role, seen=form.seen, fields=form.role)
        except Role.DoesNotExist:
            raise Http404 from None
        except RoleNameTaken as taken:
            form.add_error("name", str(taken))
        except RoleConflict as conflict:
            return _conflict(request, conflict, form)
        else:
            if changed:
                _report(request, role, form.seen)
            return redirect("role", request.organization.slug, role.pk)
    return _render(request, form, status=422, role=role)


def _report(request: MemberRequest, role: Role, before: RoleFields) -> None:
    """Say that the role was saved and, if it lost permissions, who lost them, with Undo (U-22)."""
    role.refresh_from_db(fields=["name", "permissions"])
    done = _("The role %(name)s was saved.") % {"name": role.label}
    if removed := before.permissions - permissions_of(role):
        url = reverse("role_undo", args=[request.organization.slug, role.pk])
        report_removed_permissions(request, done, role, removed, url)
    else:
        messages.success(request, done)


@member_required(Permission.PEOPLE_VIEW)
@require_POST
def role_undo(request: MemberRequest, role_id: UUID) -> HttpResponse:
    """Give a role back the permissions whose removal its page has just reported (U-22)."""
    role = role_or_404(request.organization, role_id)
    undo_removed_permissions(request, role)
    return htmx_redirect(request, reverse("role", args=[request.organization.slug, role.pk]))


def _conflict(request: MemberRequest, conflict: RoleConflict, form: RoleForm) -> HttpResponse:
    """Respond 409 with what someone else changed, above the unsaved input. Saving again overwrites their changes."""
    current = RoleFields.of(conflict.role)
    changes = role_changes(form.seen, current)
    form = form.rebased_on(current)
    return _render(request, form, status=409, role=conflict.role, conflict=str(conflict), changes=changes)
