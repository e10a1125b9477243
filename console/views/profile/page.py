"""A member's page: a drawer over the table for htmx, and a page of its own (U-8, U-19)."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from base.policies import Refused, require
from base.responses import htmx_redirect
from console.views.actions.common import Acting
from console.views.profile.conflicts import changes
from console.views.profile.sheet import Sheet
from console.views.profile.typed import Seen, Typed, seen_in, seen_now
from organizations.access import member_required
from organizations.models import Membership, Status
from organizations.permissions import Permission
from organizations.policies import can, can_edit_member
from organizations.queries import member_in
from organizations.requests import MemberRequest
from organizations.services import EditConflict, EditResult, edit_member


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def user_profile(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """The page; its POST saves what of it was changed."""
    seen = seen_in(request.POST, request.organization, member_id)
    if seen and member_in(request.organization, member_id) is None:
        return _gone(request, seen)
    acting = Acting.on(request, member_id)
    return _save(acting, seen) if acting.posted else _show(acting, Sheet(acting))


@member_required(Permission.PEOPLE_VIEW)
@require_POST
def user_choices(request: MemberRequest, member_id: UUID, name: str) -> HttpResponse:
    """Groups or projects to add, by name: the list alone for htmx, else the page with everything typed."""
    acting = Acting.on(request, member_id)
    require(can_edit_member(request.membership, acting.member))
    sheet = Sheet(acting, Typed.of(request.POST), seen_in(request.POST, request.organization, member_id))
    if request.htmx:
        return render(request, "ui/picker_list.html", {"picker": sheet.pickers[name]})
    return _show(acting, sheet)


def _show(acting: Acting, sheet: Sheet, *, status: int = 200, **context: Any) -> HttpResponse:
    member = acting.member
    slug, view = acting.request.organization.slug, acting.request.GET.get("view", "")
    context |= {
        "sheet": sheet,
        "member": member,
        "view": view,
        "query": "?" + urlencode({"view": view}) if view else "",
        "close_url": acting.back,
        "base": reverse("user_profile", args=[slug, member.pk]),
    }
    return render(acting.request, "console/profile/page.html", context, status=status)


def _save(acting: Acting, seen: Seen | None) -> HttpResponse:
    request, member = acting.request, acting.member
    require(can_edit_member(request.membership, member))
    typed = Typed.of(request.POST)
    if seen is None:
        return _show(acting, Sheet(acting, typed), status=409, stale=True)
    typed.check(request.organization, seen.profile)
    if typed.problems:
        return _show(acting, Sheet(acting, typed, seen), status=422)
    try:
        edited = edit_member(actor=request.membership, member=member, seen=seen.profile, edit=typed.edit)
    except EditConflict as conflict:
        return _conflict(acting, typed, seen, conflict)
    except Refused as refusal:
        return _show(acting, Sheet(acting, typed, seen), status=403, refusal=str(refusal))
    except Membership.DoesNotExist:
        return _gone(request, seen)
    return _saved(acting, typed, seen, edited)


def _conflict(acting: Acting, typed: Typed, seen: Seen, conflict: EditConflict) -> HttpResponse:
    """Nothing is saved: what was typed is kept, and the form has now seen what the others changed."""
    fresh = Acting.on(acting.request, acting.member.pk)
    found = changes(fresh.member, seen, conflict.now, conflict.parts)
    sheet = Sheet(fresh, typed, seen_now(fresh.member, conflict.now))
    return _show(fresh, sheet, status=409, conflicts=found)


def _saved(acting: Acting, typed: Typed, seen: Seen, edited: EditResult) -> HttpResponse:
    request, member = acting.request, edited.member
    messages.success(request, _("Saved.") if edited.changed else _("Nothing was changed."))
    parts = [part for part in edited.meanwhile if part not in edited.changed and part not in typed.theirs]
    told = [change.sentence for change in changes(member, seen, edited.before, parts)]
    if seen.status == Status.INVITED and member.status != Status.INVITED:
        told.append(_("%(name)s joined") % {"name": member.name})
    if told:
        messages.info(request, _("Meanwhile: %(changes)s.") % {"changes": "; ".join(told)})
    added = typed.edit.changes_to(edited.before)
    if member.status == Status.DEACTIVATED and (added.join or added.grant):
        text = _("%(name)s is deactivated: what you added opens nothing until they are reactivated.")
        messages.warning(request, text % {"name": member.name})
    if acting.about_oneself and not can(member, Permission.PEOPLE_VIEW):  # what one has just given up
        home = reverse("homepage", args=[request.organization.slug])
        return htmx_redirect(request, home)
    return acting.done(member)


def _gone(request: MemberRequest, seen: Seen) -> HttpResponse:
    """Somebody deleted the member while they were edited. Their name is known from the form alone, which is signed."""
    messages.warning(request, _("%(name)s was deleted in the meantime. Nothing was saved.") % {"name": seen.name})
    back = reverse("users", args=[request.organization.slug])
    if not request.htmx:
        return redirect(back)
    response = render(request, "console/profile/gone.html")
    response["HX-Trigger"] = "users-changed"
    return response
