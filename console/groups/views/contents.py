"""The members, projects and roles of a group (G-2, G-4)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from base.picker import Picker, search_query, selected_ids
from base.policies import Decision, not_applicable, require
from console.groups import texts
from console.groups.views.group import FORM_METHODS, group_changed, group_url, group_view, undo_url
from organizations import policies
from organizations.fresh import require_fresh_to_give
from organizations.models import Group, GroupMembership, Membership, Project, ProjectGrant, Role
from organizations.pickers import deactivated_warning, member_picker, missing_message, project_picker
from organizations.queries import member_in, projects_in, roles_in, roles_of_group
from organizations.queries.removals import Removal
from organizations.requests import MemberRequest
from organizations.roles import description_of
from organizations.services import add_to_group, change_group_roles, grant_projects, remove_from_group, revoke_projects
from organizations.undo import report_removal, undo_removal


def _render_picker(request: MemberRequest, group: Group, picker: Picker, kind: str) -> HttpResponse:
    """Show the dialog with the list to choose from; for an htmx search the list alone."""
    if "search" in request.POST and request.htmx:
        return render(request, "ui/picker_list.html", {"picker": picker})
    context = {"group": group, "picker": picker, "cancel_url": group_url(request, group)}
    status = 422 if picker.error else 200
    return render(request, f"console/groups/{kind}.html", context, status=status)


@group_view(*FORM_METHODS)
def group_members(request: MemberRequest, group: Group) -> HttpResponse:
    """Add members."""
    require(policies.can_add_to_group(request.membership, group))

    def existing(listed: list[Membership]) -> dict[UUID, Decision]:
        links = GroupMembership.objects.filter(group=group, membership__in=listed)
        return dict.fromkeys(links.values_list("membership", flat=True), not_applicable(_("Already in this group")))

    chosen = selected_ids(request.POST, "members")
    picker, members = member_picker(request.organization, search_query(request.POST), chosen, decide=existing)
    if request.method != "POST" or "search" in request.POST:
        return _render_picker(request, group, picker, "members")
    picker.error = missing_message(members, chosen) or ("" if members else _("Choose at least one person to add."))
    if picker.error:
        return _render_picker(request, group, picker, "members")
    require_fresh_to_give(request, group_ids=[group.pk])
    added = add_to_group(actor=request.membership, group=group, members=members)
    if added:
        messages.success(request, texts.members_added(len(added), group.name))
    else:
        messages.info(request, _("Everyone you chose was already in %(group)s.") % {"group": group.name})
    if warning := deactivated_warning(added):
        messages.warning(request, warning)
    return group_changed(request, group)


@group_view("POST")
def group_member(request: MemberRequest, group: Group, member_id: UUID) -> HttpResponse:
    """Remove one member."""
    member = member_in(request.organization, member_id)
    if member is None:
        raise Http404
    member.organization = request.organization
    require(policies.can_remove_from_group(request.membership, group, member))
    names = {"name": member.name, "group": group.name}
    if remove_from_group(actor=request.membership, group=group, members=[member]):
        removal = Removal(links=frozenset({(group.pk, member.pk)}))
        report_removal(request, _("Removed %(name)s from %(group)s.") % names, removal, undo_url(request, group))
    else:
        messages.info(request, _("%(name)s was not in %(group)s.") % names)
    return group_changed(request, group, focus="members")


@group_view(*FORM_METHODS)
def group_projects(request: MemberRequest, group: Group) -> HttpResponse:
    """Give the group access to projects."""
    require(policies.can_give_group_projects(request.membership))

    def existing(listed: list[Project]) -> dict[UUID, Decision]:
        grants = ProjectGrant.objects.filter(group=group, project__in=listed)
        return dict.fromkeys(grants.values_list("project", flat=True), not_applicable(_("Already has access")))

    chosen = selected_ids(request.POST, "projects")
    picker, projects = project_picker(request.organization, search_query(request.POST), chosen, decide=existing)
    if request.method != "POST" or "search" in request.POST:
        return _render_picker(request, group, picker, "projects")
    picker.error = missing_message(projects, chosen) or ("" if projects else _("Choose at least one project to add."))
    if picker.error:
        return _render_picker(request, group, picker, "projects")
    shared = grant_projects(
        actor=request.membership, organization=request.organization, projects=projects, groups=[group]
    )
    messages.success(request, texts.projects_added(sum(map(len, shared.groups.values())), group.name))
    return group_changed(request, group)


@group_view("POST")
def group_project(request: MemberRequest, group: Group, project_id: UUID) -> HttpResponse:
    """Remove the group's access to one project."""
    project = projects_in(request.organization, [project_id]).first()
    if project is None:
        raise Http404
    require(policies.can_give_group_projects(request.membership))
    taken = revoke_projects(
        actor=request.membership, organization=request.organization, projects=[project], groups=[group]
    )
    removal = Removal(group_projects=frozenset({(group.pk, project.pk)}) if taken else frozenset())
    done = _("%(group)s no longer has access to %(project)s.") % {"group": group.name, "project": project.name}
    report_removal(request, done, removal, undo_url(request, group))
    return group_changed(request, group, focus="projects")


@group_view(*FORM_METHODS)
def group_roles(request: MemberRequest, group: Group) -> HttpResponse:
    """Change the roles that everyone in the group has.

    Only differences from what the form showed are applied, so that two people who change different roles at the same
    time don't undo each other's change.
    """
    actor = request.membership
    require(policies.can_manage_groups(actor))
    roles, current = roles_in(request.organization), {role.pk for role in roles_of_group(group)}
    if request.method != "POST":
        options = [_role_option(request, group, role, role.pk in current) for role in roles]
        context = {"group": group, "options": options, "cancel_url": group_url(request, group)}
        return render(request, "console/groups/roles.html", context)
    chosen, seen = (set(selected_ids(request.POST, name)) for name in ("roles", "seen"))
    give = [role for role in roles if role.pk in chosen - seen]
    take = [role for role in roles if role.pk in seen - chosen]
    require_fresh_to_give(request, role_ids=chosen - seen)
    given, taken = change_group_roles(actor=actor, group=group, add=give, remove=take)
    if given or taken:
        removal = Removal(group_roles=frozenset((group.pk, role.pk) for role in taken))
        done = _("Roles for %(group)s were saved.") % {"group": group.name}
        report_removal(request, done, removal, undo_url(request, group))
    return group_changed(request, group)


@group_view("POST")
def group_undo(request: MemberRequest, group: Group) -> HttpResponse:
    """Undo a removal that this page has just reported (U-22)."""
    undo_removal(request)
    return group_changed(request, group, focus="members")


def _role_option(request: MemberRequest, group: Group, role: Role, is_current: bool) -> dict[str, Any]:
    """Return a role's check box; disabled with the reason if the actor can't add or remove it."""
    change = {"remove": [role]} if is_current else {"add": [role]}
    decision = policies.can_change_group_roles(request.membership, group, **change)
    return {"role": role, "description": description_of(role), "is_current": is_current, "reason": decision.reason}
