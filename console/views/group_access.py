"""Who is in a group, and what it brings them: members, projects, roles (G-2, G-4)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from base.picker import Picker, search_query, selected_ids
from base.policies import Decision, not_applicable, require
from console.views.group import ASKED, changed, group_view, url_of
from organizations import policies
from organizations.models import Group, GroupMembership, Membership, Project, ProjectGrant, Role
from organizations.pickers import deactivated_warning, member_picker, missing_message, project_picker
from organizations.queries import member_in, projects_in, roles_in, roles_of_group
from organizations.requests import MemberRequest
from organizations.roles import description_of
from organizations.services import add_to_group, change_group_roles, grant_projects, remove_from_group, revoke_projects


def _choose(request: MemberRequest, group: Group, picker: Picker, kind: str) -> HttpResponse:
    """The list to choose from, whole or as the part that a search asks for."""
    if "search" in request.POST and request.htmx:
        return render(request, "ui/picker_list.html", {"picker": picker})
    context = {"group": group, "picker": picker, "cancel_url": url_of(request, group)}
    status = 422 if picker.error else 200
    return render(request, f"console/groups/{kind}.html", context, status=status)


@group_view(*ASKED)
def group_members(request: MemberRequest, group: Group) -> HttpResponse:
    """Adds several members."""
    require(policies.can_add_to_group(request.membership, group))

    def inside(listed: list[Membership]) -> dict[UUID, Decision]:
        links = GroupMembership.objects.filter(group=group, membership__in=listed)
        return dict.fromkeys(links.values_list("membership", flat=True), not_applicable(_("Already in this group")))

    chosen = selected_ids(request.POST, "members")
    picker, members = member_picker(request.organization, search_query(request.POST), chosen, decide=inside)
    if request.method != "POST" or "search" in request.POST:
        return _choose(request, group, picker, "members")
    picker.error = missing_message(members, chosen) or ("" if members else _("Choose somebody to add."))
    if picker.error:
        return _choose(request, group, picker, "members")
    added = add_to_group(actor=request.membership, group=group, members=members)
    if added:
        words = ngettext(
            "%(count)s member was added to %(group)s.", "%(count)s members were added to %(group)s.", len(added)
        )
        messages.success(request, words % {"count": len(added), "group": group.name})
    else:
        messages.info(request, _("Everybody you chose was in %(group)s already.") % {"group": group.name})
    if warning := deactivated_warning(added):
        messages.warning(request, warning)
    return changed(request, group)


@group_view("POST")
def group_member(request: MemberRequest, group: Group, member_id: UUID) -> HttpResponse:
    """Takes one member out."""
    member = member_in(request.organization, member_id)
    if member is None:
        raise Http404
    member.organization = request.organization
    require(policies.can_remove_from_group(request.membership, group, member))
    names = {"name": member.name, "group": group.name}
    if remove_from_group(actor=request.membership, group=group, members=[member]):
        messages.success(request, _("%(name)s is no longer in %(group)s.") % names)
    else:
        messages.info(request, _("%(name)s was not in %(group)s.") % names)
    return changed(request, group, focus="members")


@group_view(*ASKED)
def group_projects(request: MemberRequest, group: Group) -> HttpResponse:
    """Gives access to several projects."""
    require(policies.can_give_group_projects(request.membership))

    def given(listed: list[Project]) -> dict[UUID, Decision]:
        grants = ProjectGrant.objects.filter(group=group, project__in=listed)
        return dict.fromkeys(grants.values_list("project", flat=True), not_applicable(_("The group has access")))

    chosen = selected_ids(request.POST, "projects")
    picker, projects = project_picker(request.organization, search_query(request.POST), chosen, decide=given)
    if request.method != "POST" or "search" in request.POST:
        return _choose(request, group, picker, "projects")
    picker.error = missing_message(projects, chosen) or ("" if projects else _("Choose a project to add."))
    if picker.error:
        return _choose(request, group, picker, "projects")
    shared = grant_projects(
        actor=request.membership, organization=request.organization, projects=projects, groups=[group]
    )
    count = sum(map(len, shared.groups.values()))
    words = ngettext("%(group)s has %(count)s more project.", "%(group)s has %(count)s more projects.", count)
    messages.success(request, words % {"group": group.name, "count": count})
    return changed(request, group)


@group_view("POST")
def group_project(request: MemberRequest, group: Group, project_id: UUID) -> HttpResponse:
    """Takes access to one project away."""
    project = projects_in(request.organization, [project_id]).first()
    if project is None:
        raise Http404
    require(policies.can_give_group_projects(request.membership))
    revoke_projects(actor=request.membership, organization=request.organization, projects=[project], groups=[group])
    names = {"group": group.name, "project": project.name}
    messages.success(request, _("%(group)s no longer has access to %(project)s.") % names)
    return changed(request, group, focus="projects")


@group_view(*ASKED)
def group_roles(request: MemberRequest, group: Group) -> HttpResponse:
    """The roles that everybody in the group holds. What the form showed is compared with what it says now, so that
    two people who change different roles at once do not undo each other."""
    actor = request.membership
    require(policies.can_manage_groups(actor))
    offered, carried = roles_in(request.organization), {role.pk for role in roles_of_group(group)}
    if request.method != "POST":
        choices = [_role(request, group, role, role.pk in carried) for role in offered]
        context = {"group": group, "choices": choices, "cancel_url": url_of(request, group)}
        return render(request, "console/groups/roles.html", context)
    chosen, seen = (set(selected_ids(request.POST, name)) for name in ("roles", "seen"))
    give = [role for role in offered if role.pk in chosen - seen]
    take = [role for role in offered if role.pk in seen - chosen]
    given, taken = change_group_roles(actor=actor, group=group, add=give, remove=take)
    if given or taken:
        messages.success(request, _("The roles of %(group)s are saved.") % {"group": group.name})
    return changed(request, group)


def _role(request: MemberRequest, group: Group, role: Role, carried: bool) -> dict[str, Any]:
    """A role's box; off with the reason where the actor may not give it or take it away."""
    change = {"remove": [role]} if carried else {"add": [role]}
    answer = policies.can_change_group_roles(request.membership, group, **change)
    return {"role": role, "description": description_of(role), "carried": carried, "reason": answer.reason}
