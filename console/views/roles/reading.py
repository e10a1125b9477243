"""The Roles page with its matrix, and a role's own page (R-9)."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from base import params
from base.lists.keyset import KeysetPage, keyset_page
from base.responses import is_htmx_fragment, render_page_or_fragment
from console.roles import Shown, allowed_by, matrix, role_or_404
from organizations.access import member_required
from organizations.models import Role
from organizations.permissions import Permission
from organizations.policies import can_delete_role, can_edit_role, can_manage_roles
from organizations.queries import groups_with_role, members_with_role, role_uses, roles_in
from organizations.requests import MemberRequest

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
        request, page="console/roles/role.html", fragment="console/roles/_members.html", context=context
    )


def _members(request: MemberRequest, role: Role) -> dict:
    """What console/roles/_members.html takes."""
    after, before = (params.line(request, name) for name in ("after", "before"))
    page = keyset_page(members_with_role(request.organization, role), "id", after=after, before=before, descending=True)
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
    """What console/roles/role.html takes besides."""
    groups = list(groups_with_role(request.organization, role)[: GROUPS + 1])
    return {
        "shown": Shown(role, role_uses(request.organization, [role])[role.pk]),
        "allowed": allowed_by(role),
        "groups": groups[:GROUPS],
        "more_groups": len(groups) > GROUPS,
        "edit": can_edit_role(request.membership, role),
        "delete": can_delete_role(request.membership, role),
        "may_add": can_manage_roles(request.membership),
    }
