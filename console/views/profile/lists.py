"""What a member's page shows the beginning of, in full: projects that they reach, what happened (U-19)."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from audit.descriptions import describe
from audit.queries import entries_about
from base import params
from base.ids import parse_uuid
from base.lists.keyset import PAGE_SIZE
from base.policies import require
from console.views.actions.common import Acting
from console.views.profile.access import Access
from organizations.access import member_required
from organizations.permissions import Permission
from organizations.policies import can
from organizations.queries import accessible_projects, project_page
from organizations.requests import MemberRequest


def _frame(acting: Acting) -> dict:
    slug = acting.request.organization.slug
    users, page = reverse("users", args=[slug]), reverse("user_profile", args=[slug, acting.member.pk])
    return {"member": acting.member, "parents": [(_("Users"), users), (acting.member.name, page)]}


@member_required(Permission.PEOPLE_VIEW)
@require_safe
def user_projects(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Every project that the member was given, directly or through groups; what a role opens is said once."""
    acting = Acting.on(request, member_id)
    search, after, before = (params.line(request, name, limit=400) for name in ("q", "after", "before"))
    given = accessible_projects(acting.member, by_role=False)
    page = project_page(acting.member, given, search=search, after=after, before=before, size=PAGE_SIZE)
    context = {
        "page": page,
        "search": search,
        "access": Access(acting.member),
        # Their names lead on only for who may open each of them.
        "may_list": Permission.PROJECTS_VIEW_ALL in request.permissions,
        "previous": page.previous and params.address(request, q=search, before=page.previous),
        "next": page.next and params.address(request, q=search, after=page.next),
    }
    return render(request, "console/profile/projects.html", _frame(acting) | context)


@member_required(Permission.PEOPLE_VIEW)
@require_safe
def user_activity(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """What was done to the member and by them, for those who may see the audit log."""
    acting = Acting.on(request, member_id)
    require(can(request.membership, Permission.AUDIT_VIEW))
    before = parse_uuid(params.line(request, "before"))
    found = entries_about(request.organization.pk, acting.member.pk, before=before, limit=PAGE_SIZE + 1)
    entries = found[:PAGE_SIZE]
    older = len(found) > PAGE_SIZE and params.address(request, before=str(entries[-1].pk))
    context = {"activity": [describe(entry) for entry in entries], "older": older, "newest": before is None}
    return render(request, "console/profile/activity.html", _frame(acting) | context)
