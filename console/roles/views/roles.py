"""The Roles page with its matrix, and a role's own page (R-9)."""

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from base import params
from base.lists.keyset import keyset_page
from base.responses import is_htmx_fragment, render_page_or_fragment
from console.roles import texts
from console.roles.permissions import permission_matrix, permissions_by_category
from organizations.access import member_required
from organizations.models import Organization, Role
from organizations.permissions import Permission
from organizations.policies import can_delete_role, can_edit_role, can_manage_roles
from organizations.queries import RoleUse, groups_with_role, members_with_role, role_in, role_uses, roles_in
from organizations.requests import MemberRequest
from organizations.roles import description_of

# The most groups that a role's page lists.
GROUP_LIMIT = 20


@dataclass(frozen=True)
class RoleSummary:
    """A role with its use, as lists and headings show it."""

    role: Role
    use: RoleUse

    @property
    def description(self) -> str:
        return description_of(self.role)

    @property
    def is_custom(self) -> bool:
        return self.role.organization_id is not None


def role_or_404(organization: Organization, role_id: UUID) -> Role:
    """Return one of the organization's built-in or custom roles."""
    role = role_in(organization, role_id)
    if role is None:
        raise Http404
    return role


@member_required(Permission.PEOPLE_VIEW)
@require_safe
def role_list(request: MemberRequest) -> HttpResponse:
    """List the roles with their permissions and use: three queries, however many members there are."""
    roles = roles_in(request.organization)
    uses = role_uses(request.organization, roles)
    context = {
        "summaries": [RoleSummary(role, uses[role.pk]) for role in roles],
        "matrix": permission_matrix(roles),
        "may_add": can_manage_roles(request.membership),
        "has_custom_roles": any(role.organization_id for role in roles),
    }
    return render(request, "console/roles/list.html", context)


@member_required(Permission.PEOPLE_VIEW)
@require_safe
def role_page(request: MemberRequest, role_id: UUID) -> HttpResponse:
    """A role with its permissions, its members and its groups."""
    role = role_or_404(request.organization, role_id)
    context = _members_context(request, role) | ({} if is_htmx_fragment(request) else _page_context(request, role))
    return render_page_or_fragment(
        request, page="console/roles/page.html", fragment="console/roles/_members.html", context=context
    )


def _members_context(request: MemberRequest, role: Role) -> dict:
    """Return what console/roles/_members.html takes."""
    after, before = (params.line(request, name) for name in ("after", "before"))
    page = keyset_page(members_with_role(request.organization, role), "id", after=after, before=before, descending=True)
    groups = list(groups_with_role(request.organization, role)[: GROUP_LIMIT + 1])
    return {
        "role": role,
        "groups": groups[:GROUP_LIMIT],
        "group_names": texts.group_names(groups),
        "more_groups": len(groups) > GROUP_LIMIT,
        "members": page.rows,
        "found": texts.member_count(page),
        "previous": page.previous and params.address(request, before=page.previous),
        "next": page.next and params.address(request, after=page.next),
        "paged": bool(after or before),
    }


def _page_context(request: MemberRequest, role: Role) -> dict:
    """Return what else console/roles/page.html takes."""
    return {
        "summary": RoleSummary(role, role_uses(request.organization, [role])[role.pk]),
        "permission_categories": permissions_by_category(role),
        "edit": can_edit_role(request.membership, role),
        "delete": can_delete_role(request.membership, role),
        "may_add": can_manage_roles(request.membership),
    }
