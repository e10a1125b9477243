"""Who has access to a project (P-1): given to people and to groups, and taken away."""

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
from organizations.requests import MemberRequest
from organizations.services import GrantChanges, grant_projects, revoke_projects
from workspace.views.project import ASKED, changed, project_view, url_of


def _require_sharing(request: MemberRequest, project: Project) -> None:
    """Whoever shares projects; choosing people shows who there is, so they must be allowed to see that."""
    require(policies.can_share_project(request.membership, project))
    require(policies.can(request.membership, Permission.PEOPLE_VIEW))


def _choose(request: MemberRequest, project: Project, picker: Picker) -> HttpResponse:
    if "search" in request.POST and request.htmx:
        return render(request, "ui/picker_list.html", {"picker": picker})
    context = {"project": project, "picker": picker, "cancel_url": url_of(request, project)}
    return render(request, "workspace/projects/share.html", context, status=422 if picker.error else 200)


def _with_access(project: Project, owner: str) -> Callable[[list], dict[UUID, Decision]]:
    """Which of those listed were given the project themselves."""

    def find(listed: list) -> dict[UUID, Decision]:
        grants = ProjectGrant.objects.filter(project=project, **{f"{owner}__in": listed})
        return dict.fromkeys(grants.values_list(owner, flat=True), not_applicable(_("Has access already")))

    return find


def _given(request: MemberRequest, shared: GrantChanges) -> None:
    count = len(shared.members) + len(shared.groups)
    if not count:
        messages.info(request, _("Everybody you chose had access already."))
        return
    if shared.groups:
        words = ngettext("%(count)s group has access now.", "%(count)s groups have access now.", count)
    else:
        words = ngettext("%(count)s person has access now.", "%(count)s people have access now.", count)
    messages.success(request, words % {"count": count})
    if warning := deactivated_warning(shared.members):
        messages.warning(request, warning)


@project_view(*ASKED)
def project_people(request: MemberRequest, project: Project) -> HttpResponse:
    """Gives access to several people directly; deactivated ones with a warning (U-12)."""
    _require_sharing(request, project)
    chosen, decide = selected_ids(request.POST, "members"), _with_access(project, "membership")
    picker, members = member_picker(request.organization, search_query(request.POST), chosen, decide=decide)
    if request.method != "POST" or "search" in request.POST:
        return _choose(request, project, picker)
    picker.error = missing_message(members, chosen) or ("" if members else _("Choose somebody to give access to."))
    if picker.error:
        return _choose(request, project, picker)
    _given(request, _give(request, project, members=members))
    return changed(request, project)


@project_view(*ASKED)
def project_groups(request: MemberRequest, project: Project) -> HttpResponse:
    """Gives access to everybody in several groups."""
    _require_sharing(request, project)
    chosen, decide = selected_ids(request.POST, "groups"), _with_access(project, "group")
    picker, groups = group_picker(request.organization, search_query(request.POST), chosen, decide=decide)
    if request.method != "POST" or "search" in request.POST:
        return _choose(request, project, picker)
    picker.error = missing_message(groups, chosen) or ("" if groups else _("Choose a group to give access to."))
    if picker.error:
        return _choose(request, project, picker)
    _given(request, _give(request, project, groups=groups))
    return changed(request, project)


def _give(request: MemberRequest, project: Project, **owners: list) -> GrantChanges:
    return grant_projects(actor=request.membership, organization=request.organization, projects=[project], **owners)


def _take(request: MemberRequest, project: Project, name: str, **owners: list) -> None:
    taken = revoke_projects(actor=request.membership, organization=request.organization, projects=[project], **owners)
    names = {"name": name, "project": project.name}
    if taken:
        messages.success(request, _("%(name)s lost the access to %(project)s that was given here.") % names)
    else:
        messages.info(request, _("%(name)s had no access to %(project)s that was given here.") % names)


@project_view("POST")
def project_person(request: MemberRequest, project: Project, member_id: UUID) -> HttpResponse:
    """Takes away what was given to one person directly."""
    _require_sharing(request, project)
    member = member_in(request.organization, member_id)
    if member is None:
        raise Http404
    _take(request, project, member.name, members=[member])
    return changed(request, project, focus="people")


@project_view("POST")
def project_group(request: MemberRequest, project: Project, group_id: UUID) -> HttpResponse:
    """Takes away what was given to a group."""
    _require_sharing(request, project)
    group = groups_in(request.organization, [group_id]).first()
    if group is None:
        raise Http404
    _take(request, project, group.name, groups=[group])
    return changed(request, project, focus="groups")
