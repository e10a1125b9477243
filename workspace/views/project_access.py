"""People and groups with access to a project (P-1): giving and removing access."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from base.picker import Picker, search_query, selected_ids
from base.policies import Decision, not_applicable, require
from organizations import policies
from organizations.models import Project, ProjectGrant
from organizations.permissions import Permission
from organizations.pickers import deactivated_warning, group_picker, member_picker, missing_message
from organizations.queries import groups_in, member_in
from organizations.queries.removals import Removal
from organizations.requests import MemberRequest
from organizations.services import GrantChanges, grant_projects, revoke_projects
from organizations.undo import report_removal, undo_removal
from workspace.views.project import FORM_METHODS, project_required, project_url, render_changed, undo_url


def _require_sharing(request: MemberRequest, project: Project) -> None:
    """Require the permission to share the project, and to see people: the picker lists them."""
    require(policies.can_share_project(request.membership, project))
    require(policies.can(request.membership, Permission.PEOPLE_VIEW))


def _render_picker(request: MemberRequest, project: Project, picker: Picker) -> HttpResponse:
    if "search" in request.POST and request.htmx:
        return render(request, "ui/picker_list.html", {"picker": picker})
    context = {"project": project, "picker": picker, "cancel_url": project_url(request, project)}
    return render(request, "workspace/project_access/share.html", context, status=422 if picker.error else 200)


def _existing_access(project: Project, owner: str) -> Callable[[list], dict[UUID, Decision]]:
    """Return a function that finds which of the listed members or groups (`owner`) already have their own access."""

    def find(listed: list) -> dict[UUID, Decision]:
        grants = ProjectGrant.objects.filter(project=project, **{f"{owner}__in": listed})
        return dict.fromkeys(grants.values_list(owner, flat=True), not_applicable(_("Already has access")))

    return find


def _report_given(request: MemberRequest, shared: GrantChanges) -> None:
    count = len(shared.members) + len(shared.groups)
    if not count:
        messages.info(request, _("Everyone you chose already has access."))
        return
    if shared.groups:
        text = ngettext("%(count)s group now has access.", "%(count)s groups now have access.", count)
    else:
        text = ngettext("%(count)s person now has access.", "%(count)s people now have access.", count)
    messages.success(request, text % {"count": count})
    if warning := deactivated_warning(shared.members):
        messages.warning(request, warning)


@project_required(*FORM_METHODS)
def project_people(request: MemberRequest, project: Project) -> HttpResponse:
    """Give people direct access. Deactivated people come with a warning (U-12)."""
    _require_sharing(request, project)
    chosen, decide = selected_ids(request.POST, "members"), _existing_access(project, "membership")
    picker, members = member_picker(request.organization, search_query(request.POST), chosen, decide=decide)
    if request.method != "POST" or "search" in request.POST:
        return _render_picker(request, project, picker)
    picker.error = missing_message(members, chosen) or ("" if members else _("Choose at least one person."))
    if picker.error:
        return _render_picker(request, project, picker)
    _report_given(request, _give(request, project, members=members))
    return render_changed(request, project)


@project_required(*FORM_METHODS)
def project_groups(request: MemberRequest, project: Project) -> HttpResponse:
    """Give groups access."""
    _require_sharing(request, project)
    chosen, decide = selected_ids(request.POST, "groups"), _existing_access(project, "group")
    picker, groups = group_picker(request.organization, search_query(request.POST), chosen, decide=decide)
    if request.method != "POST" or "search" in request.POST:
        return _render_picker(request, project, picker)
    picker.error = missing_message(groups, chosen) or ("" if groups else _("Choose at least one group."))
    if picker.error:
        return _render_picker(request, project, picker)
    _report_given(request, _give(request, project, groups=groups))
    return render_changed(request, project)


def _give(request: MemberRequest, project: Project, **owners: list) -> GrantChanges:
    return grant_projects(actor=request.membership, organization=request.organization, projects=[project], **owners)


def _remove(request: MemberRequest, project: Project, **owners: list) -> bool:
    """Remove the owner's access. Return False if there was none."""
    removed = revoke_projects(actor=request.membership, organization=request.organization, projects=[project], **owners)
    return bool(removed)


@project_required("POST")
def project_person_removal(request: MemberRequest, project: Project, member_id: UUID) -> HttpResponse:
    """Remove a person's direct access. Access through groups or a role stays."""
    _require_sharing(request, project)
    member = member_in(request.organization, member_id)
    if member is None:
        raise Http404
    names = {"name": member.name, "project": project.name}
    if _remove(request, project, members=[member]):
        removal = Removal(member_projects=frozenset({(member.pk, project.pk)}))
        done = _("%(name)s no longer has direct access to %(project)s.") % names
        report_removal(request, done, removal, undo_url(request, project))
    else:
        messages.info(request, _("%(name)s had no direct access to %(project)s.") % names)
    return render_changed(request, project, focus="people")


@project_required("POST")
def project_group_removal(request: MemberRequest, project: Project, group_id: UUID) -> HttpResponse:
    """Remove a group's access."""
    _require_sharing(request, project)
    group = groups_in(request.organization, [group_id]).first()
    if group is None:
        raise Http404
    names = {"name": group.name, "project": project.name}
    if _remove(request, project, groups=[group]):
        removal = Removal(group_projects=frozenset({(group.pk, project.pk)}))
        done = _("%(name)s no longer has access to %(project)s.") % names
        report_removal(request, done, removal, undo_url(request, project))
    else:
        messages.info(request, _("%(name)s had no access to %(project)s.") % names)
    return render_changed(request, project, focus="groups")


@project_required("POST")
def project_undo(request: MemberRequest, project: Project) -> HttpResponse:
    """Undo a removal that this page has just reported (U-22)."""
    undo_removal(request)
    return render_changed(request, project, focus="people")
