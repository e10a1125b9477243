"""A member's page and its lists of projects and activity. The page is a drawer over the list for htmx (U-8, U-19)."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.lines import describe
from audit.queries import entries_about
from base import params
from base.ids import parse_uuid
from base.lists.keyset import PAGE_SIZE
from base.policies import Refused, require
from base.responses import htmx_redirect
from console.member.actions.member_action import MemberAction
from console.member.profile.conflicts import changes_since
from console.member.profile.forms import ProfileSnapshot, SubmittedProfile, read_snapshot, take_snapshot
from console.member.profile.page import ProfilePage
from console.member.profile.rendering import render_profile
from organizations.access import member_required
from organizations.effective_access import Access
from organizations.fresh import require_fresh_to_give
from organizations.models import Membership, Status
from organizations.permissions import Permission
from organizations.policies import can, can_edit_member
from organizations.queries import accessible_projects, member_in, profile_of, project_page
from organizations.queries.removals import removal_between
from organizations.requests import MemberRequest
from organizations.services import Edit, EditConflict, EditResult, edit_member
from organizations.undo import report_removal, undo_removal


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def user_profile(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Show a member's page; POST saves the changes."""
    snapshot = read_snapshot(request.POST, request.organization, member_id)
    if snapshot and member_in(request.organization, member_id) is None:
        return _deleted(request, snapshot)
    action = MemberAction.from_request(request, member_id)
    return _save(action, snapshot) if action.is_post else render_profile(ProfilePage(action))


@member_required(Permission.PEOPLE_VIEW)
@require_POST
def user_choices(request: MemberRequest, member_id: UUID, name: str) -> HttpResponse:
    """Search for groups or projects to add: for htmx the list alone, otherwise the page with everything typed."""
    action = MemberAction.from_request(request, member_id)
    require(can_edit_member(request.membership, action.member))
    snapshot = read_snapshot(request.POST, request.organization, member_id)
    page = ProfilePage(action, SubmittedProfile.from_post(request.POST), snapshot)
    if request.htmx:
        return render(request, "ui/picker_list.html", {"picker": page.pickers[name]})
    return render_profile(page)


def _save(action: MemberAction, snapshot: ProfileSnapshot | None) -> HttpResponse:
    request, member = action.request, action.member
    require(can_edit_member(request.membership, member))
    submitted = SubmittedProfile.from_post(request.POST)
    if snapshot is None:
        return render_profile(ProfilePage(action, submitted), status=409, is_stale=True)
    submitted.validate(request.organization, snapshot.profile)
    if submitted.errors:
        return render_profile(ProfilePage(action, submitted, snapshot), status=422)
    added = submitted.edit.changes_to(snapshot.profile)
    role_ids = (added.roles or frozenset()) - snapshot.profile.roles
    require_fresh_to_give(request, role_ids=role_ids, group_ids=added.join)
    try:
        edited = edit_member(actor=request.membership, member=member, seen=snapshot.profile, edit=submitted.edit)
    except EditConflict as conflict:
        return _conflict(action, submitted, snapshot, conflict)
    except Refused as refusal:
        return render_profile(ProfilePage(action, submitted, snapshot), status=403, refusal=str(refusal))
    except Membership.DoesNotExist:
        return _deleted(request, snapshot)
    return _saved(action, submitted, snapshot, edited)


def _conflict(
    action: MemberAction, submitted: SubmittedProfile, snapshot: ProfileSnapshot, conflict: EditConflict
) -> HttpResponse:
    """Respond 409 without saving. The form keeps what was typed, and its snapshot includes the others' changes."""
    action = MemberAction.from_request(action.request, action.member.pk)
    changes = changes_since(snapshot, action.member, conflict.now, conflict.parts)
    page = ProfilePage(action, submitted, take_snapshot(action.member, conflict.now))
    return render_profile(page, status=409, conflicts=changes)


def _saved(
    action: MemberAction, submitted: SubmittedProfile, snapshot: ProfileSnapshot, edited: EditResult
) -> HttpResponse:
    request, member = action.request, edited.member
    is_leaving_page = action.is_self and not can(member, Permission.PEOPLE_VIEW)
    saved = submitted.edit.changes_to(snapshot.profile).changes_to(edited.before)
    _report_saved(action, edited, Edit() if is_leaving_page else saved)
    if changes := _concurrent_changes(submitted, snapshot, edited):
        messages.info(request, _("Also changed in the meantime: %(changes)s.") % {"changes": "; ".join(changes)})
    added = submitted.edit.changes_to(edited.before)
    if member.status == Status.DEACTIVATED and (added.join or added.grant):
        text = _("%(name)s is deactivated. The access you added takes effect when they’re reactivated.")
        messages.warning(request, text % {"name": member.name})
    if is_leaving_page:  # they just gave up access to it
        return htmx_redirect(request, reverse("homepage", args=[request.organization.slug]))
    return action.success(member)


def _report_saved(action: MemberAction, edited: EditResult, changes: Edit) -> None:
    """Say that `changes` were saved and, if they removed access, what was lost, with Undo (U-22).

    Removals by other people at the same time aren't undone.
    """
    member, before, now = edited.member, edited.before, profile_of(edited.member)
    after = replace(
        before,
        roles=before.roles if changes.roles is None else changes.roles,
        groups=before.groups - (changes.leave - now.groups),
        projects=before.projects - (changes.revoke - now.projects),
    )
    done = _("Changes saved.") if edited.changed else _("No changes to save.")
    report_removal(action.request, done, removal_between(member, before, after), action.url("undo"))


@member_required(Permission.PEOPLE_VIEW)
@require_POST
def user_undo(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Undo a removal that saving the member's profile has just reported (U-22)."""
    action = MemberAction.from_request(request, member_id)
    undo_removal(request)
    return action.success(MemberAction.from_request(request, member_id).member)


def _concurrent_changes(submitted: SubmittedProfile, snapshot: ProfileSnapshot, edited: EditResult) -> list[str]:
    """Return sentences about changes that other people saved since the form was opened."""
    member = edited.member
    parts = [part for part in edited.meanwhile if part not in edited.changed and part not in submitted.keep_theirs]
    sentences = [change.sentence for change in changes_since(snapshot, member, edited.before, parts)]
    if snapshot.status == Status.INVITED and member.status != Status.INVITED:
        sentences.append(_("%(name)s joined") % {"name": member.name})
    return sentences


def _deleted(request: MemberRequest, snapshot: ProfileSnapshot) -> HttpResponse:
    """Say that the member has been deleted. Only the form still knows their name; it is signed."""
    messages.warning(
        request, _("%(name)s was deleted in the meantime. No changes were saved.") % {"name": snapshot.name}
    )
    if not request.htmx:
        return redirect("users", request.organization.slug)
    response = render(request, "console/member/deleted.html")
    response["HX-Trigger"] = "users-changed"
    return response


def _page_context(action: MemberAction) -> dict[str, Any]:
    slug = action.request.organization.slug
    users, page = reverse("users", args=[slug]), reverse("user_profile", args=[slug, action.member.pk])
    return {"member": action.member, "parents": [(_("Users"), users), (action.member.name, page)]}


@member_required(Permission.PEOPLE_VIEW)
@require_safe
def user_projects(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """List the projects that the member has directly or through groups. Access through a role is stated once."""
    action = MemberAction.from_request(request, member_id)
    search, after, before = (params.line(request, name, limit=400) for name in ("q", "after", "before"))
    projects = accessible_projects(action.member, by_role=False)
    page = project_page(action.member, projects, search=search, after=after, before=before, size=PAGE_SIZE)
    context = {
        "page": page,
        "search": search,
        "access": Access(action.member),
        # Names are links only for people who can open every project.
        "may_list": Permission.PROJECTS_VIEW_ALL in request.permissions,
        "previous": page.previous and params.address(request, q=search, before=page.previous),
        "next": page.next and params.address(request, q=search, after=page.next),
    }
    return render(request, "console/member/projects.html", _page_context(action) | context)


@member_required(Permission.PEOPLE_VIEW)
@require_safe
def user_activity(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """List the member's audit entries, for people who can view the audit log."""
    action = MemberAction.from_request(request, member_id)
    require(can(request.membership, Permission.AUDIT_VIEW))
    before = parse_uuid(params.line(request, "before"))
    entries = entries_about(request.organization.pk, action.member.pk, before=before, limit=PAGE_SIZE + 1)
    shown = entries[:PAGE_SIZE]
    older = len(entries) > PAGE_SIZE and params.address(request, before=str(shown[-1].pk))
    context = {"activity": [describe(entry) for entry in shown], "older": older, "newest": before is None}
    return render(request, "console/member/activity.html", _page_context(action) | context)
