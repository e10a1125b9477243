"""The Roles page with its matrix, and a role's own page (R-9)."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from base import params
from base.ids import read_uuid
from base.keyset import KeysetPage, keyset_page
from base.policies import require
from base.responses import htmx_redirect, is_htmx_fragment, render_page_or_fragment
from console.roles.forms import RoleForm
from console.roles.permissions import Shown, allowed_by, changes, choices, matrix, role_or_404
from invitations.queries import drafts_with_role
from invitations.services import retire_role
from organizations.access import member_required
from organizations.models import Role
from organizations.permissions import Permission
from organizations.policies import can_delete_role, can_edit_role, can_manage_roles, can_put_into_role, can_replace_role
from organizations.queries import groups_with, holders_of, role_in, role_uses, roles_in
from organizations.requests import MemberRequest
from organizations.roles import description_of, permissions_of
from organizations.services import NameTaken, RoleChanged, RoleText, create_role, edit_role

# So many groups of a role stand on its page; their own page has all.
GROUPS = 20


@member_required(Permission.PEOPLE_VIEW)
@require_safe
def role_list(request: MemberRequest) -> HttpResponse:
    """Every role of the organization, what each allows, and how many have it: three queries, however many have it."""
    roles = roles_in(request.organization)
    uses = role_uses(request.organization, roles)
    context = {
        "shown": [Shown(role, uses[role.pk]) for role in roles],
        "matrix": matrix(roles),
        "may_add": can_manage_roles(request.membership),
        "own": any(role.organization_id for role in roles),
    }
    return render(request, "console/roles/list.html", context)


@member_required(Permission.PEOPLE_VIEW)
@require_safe
def role_page(request: MemberRequest, role_id) -> HttpResponse:
    """A role: what it allows, its members, the groups that carry it."""
    role = role_or_404(request.organization, role_id)
    context = _members(request, role) | ({} if is_htmx_fragment(request) else _about(request, role))
    return render_page_or_fragment(
        request, page="console/roles/page.html", fragment="console/roles/_members.html", context=context
    )


def _members(request: MemberRequest, role: Role) -> dict:
    """What console/roles/_members.html takes."""
    after, before = (params.line(request, name) for name in ("after", "before"))
    page = keyset_page(holders_of(request.organization, role), "id", after=after, before=before, descending=True)
    return {
        "role": role,
        "members": page.rows,
        "found": _found(page),
        "previous": page.previous and params.address(request, before=page.previous),
        "next": page.next and params.address(request, after=page.next),
        "paged": bool(after or before),
    }


def _found(page: KeysetPage) -> str:
    count = len(page.rows)
    if page.more:
        return _("Showing %(count)s members, latest first") % {"count": count}
    return ngettext("%(count)s member", "%(count)s members", count) % {"count": count}


def _about(request: MemberRequest, role: Role) -> dict:
    """What console/roles/page.html takes besides."""
    groups = list(groups_with(request.organization, role)[: GROUPS + 1])
    return {
        "shown": Shown(role, role_uses(request.organization, [role])[role.pk]),
        "allowed": allowed_by(role),
        "groups": groups[:GROUPS],
        "more_groups": len(groups) > GROUPS,
        "edit": can_edit_role(request.membership, role),
        "delete": can_delete_role(request.membership, role),
        "may_add": can_manage_roles(request.membership),
    }


def _page(request: MemberRequest, form: RoleForm, *, status: int = 200, **extra) -> HttpResponse:
    chosen = form["permissions"].value() or []
    context = {"form": form, "kinds": choices(request.membership, chosen), **extra}
    return render(request, "console/roles/form.html", context, status=status)


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def role_new(request: MemberRequest) -> HttpResponse:
    """A new role; `from` names one to begin with."""
    require(can_manage_roles(request.membership))
    if request.method == "POST":
        return _create(request, RoleForm(request.POST))
    source = _source(request)
    form = RoleForm(initial=_copied(request, source) if source else None)
    return _page(request, form, source=source, sources=roles_in(request.organization))


def _source(request: MemberRequest) -> Role | None:
    asked = read_uuid(request.GET.get("from", ""))
    return role_in(request.organization, asked) if asked else None


def _copied(request: MemberRequest, source: Role) -> dict:
    # What the actor may not put into a role stays behind: the page says so beside each.
    permissions = [one for one in permissions_of(source) if can_put_into_role(request.membership, [one])]
    return {
        "name": _("%(name)s copy") % {"name": source.label},
        "description": description_of(source),
        "permissions": [str(permission) for permission in permissions],
    }


def _create(request: MemberRequest, form: RoleForm) -> HttpResponse:
    if form.is_valid():
        try:
            role = create_role(actor=request.membership, said=form.said)
        except NameTaken as taken:
            form.add_error("name", str(taken))
        else:
            messages.success(request, _("The role %(name)s was added.") % {"name": role.label})
            return redirect("role", request.organization.slug, role.pk)
    return _page(request, form, status=422)


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def role_edit(request: MemberRequest, role_id: UUID) -> HttpResponse:
    """A custom role's name, description and permissions."""
    role = role_or_404(request.organization, role_id)
    require(can_edit_role(request.membership, role))
    if request.method == "POST":
        return _edit(request, role, RoleForm(request.POST))
    return _page(request, RoleForm.of(RoleText.of(role)), role=role)


def _edit(request: MemberRequest, role: Role, form: RoleForm) -> HttpResponse:
    if form.is_valid():
        try:
            changed = edit_role(actor=request.membership, role=role, seen=form.seen, said=form.said)
        except Role.DoesNotExist:
            raise Http404 from None
        except NameTaken as taken:
            form.add_error("name", str(taken))
        except RoleChanged as conflict:
            return _conflict(request, conflict, form)
        else:
            if changed:
                messages.success(request, _("The role %(name)s was saved.") % {"name": form.said.name})
            return redirect("role", request.organization.slug, role.pk)
    return _page(request, form, status=422, role=role)


def _conflict(request: MemberRequest, conflict: RoleChanged, form: RoleForm) -> HttpResponse:
    """409: what the other one changed, above what was typed here; saving again writes this over it."""
    now = RoleText.of(conflict.role)
    told = changes(form.seen, now)
    return _page(request, form.seeing(now), status=409, role=conflict.role, conflict=str(conflict), changes=told)


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
