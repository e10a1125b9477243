"""What can be done to one member from their row. Each is a page of its own, and for htmx a menu or a dialog."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from base.policies import Refused, require
from console import policies, words
from console.listing import Listing, listing_at
from console.queries import count_members, details_of
from console.rows import Rows
from console.tables import OPTIONAL, shown_columns
from console.views.lists import tabs
from invitations.models import Invitation
from invitations.queries import live_invitation
from invitations.services import resend_invitation, withdraw_invitation
from organizations.access import member_required
from organizations.models import Membership
from organizations.permissions import Permission
from organizations.queries import member_in
from organizations.requests import MemberRequest

PAGES = {"resend": "user_invitation", "delete": "user_deletion"}


def _member(request: MemberRequest, member_id: UUID) -> Membership:
    member = member_in(request.organization, member_id)
    if member is None:
        raise Http404
    return member


def _listing(request: MemberRequest) -> Listing:
    """The view that the action was called from, and leads back to."""
    return listing_at(request.GET.get("view", ""), organization_id=request.organization.pk, columns=OPTIONAL)


def _url(request: MemberRequest, key: str, member: Membership, **fields: Any) -> str:
    fields = {name: value for name, value in fields.items() if value}
    url = reverse(PAGES[key], args=[request.organization.slug, member.pk])
    return f"{url}?{urlencode(fields)}" if fields else url


def _entries(request: MemberRequest, member: Membership, listing: Listing) -> list[dict[str, Any]]:
    view = words.view_of(listing)
    entries = []
    for key in policies.actions_on(request.membership, member, listing.tab):
        if key == "resend":
            live = live_invitation(member)
            url = _url(request, key, member, view=view, sent=live and live.sends)
            ask = {"dialog": True} if member.is_expired else {"post": True}
            entries.append({"label": _("Resend invite"), "url": url, "icon": "send", **ask})
        else:
            url = _url(request, key, member, view=view)
            entries.append({"label": _("Delete"), "url": url, "icon": "trash", "dialog": True, "danger": True})
            entries[-1]["divider"] = len(entries) > 1
    return entries


@member_required(Permission.PEOPLE_VIEW)
@require_safe
def user_menu(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """The actions that apply to a member: the inside of the row's menu, or a page of its own (U-7)."""
    member, listing = _member(request, member_id), _listing(request)
    context = {
        "member": member,
        "entries": _entries(request, member, listing),
        "back": words.address_of(request.organization.slug, listing),
    }
    return render(request, "console/_user_menu.html" if request.htmx else "console/user_menu.html", context)


def _asking(request: MemberRequest, member: Membership, listing: Listing, tone: str, icon: str) -> dict[str, Any]:
    """What ui/dialog.html takes."""
    cancel = words.address_of(request.organization.slug, listing)
    return {"member": member, "cancel_url": cancel, "tone": tone, "icon_name": icon}


def _resend(request: MemberRequest, member: Membership) -> str:
    """Sends the mail again; the sentence that says so. `member` is then as it is now."""
    seen, renewed = request.GET.get("sent", "")[:9], member.is_expired
    try:
        resend_invitation(actor=request.membership, member=member, sends=int(seen) if seen.isdecimal() else None)
    except Invitation.DoesNotExist:
        text = _("There is no invitation to send again. Delete %(name)s and add them anew.")
        raise Refused(text % {"name": member.name}) from None
    member.refresh_from_db()
    date = date_format(timezone.localtime(member.invite_expires_at), "M j")
    if renewed:
        text = _("Invitation sent to %(name)s with a new link. It expires on %(date)s.")
    else:
        text = _("Invitation sent again to %(name)s. It still expires on %(date)s.")
    return text % {"name": member.name, "date": date}


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def user_invitation(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Sends a pending member's invitation again (I-2); an expired one starts anew, after a confirmation (I-3)."""
    member, listing = _member(request, member_id), _listing(request)
    require(policies.can_resend(request.membership, member, listing.tab))
    # It may have expired since the menu was made: nothing is renewed before that was said.
    if request.method == "POST" and ("renew" in request.POST or not member.is_expired):
        messages.success(request, _resend(request, member))
        return _done(request, listing, member)
    context = _asking(request, member, listing, "accent", "send")
    status = 409 if request.method == "POST" else 200
    return render(request, "console/user_invitation.html", context, status=status)


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def user_deletion(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Deletes a member who has not accepted, and their invitation with them, after a confirmation."""
    member, listing = _member(request, member_id), _listing(request)
    require(policies.can_delete(request.membership, member, listing.tab))
    if request.method != "POST":
        details = details_of(request.organization, [member])
        context = _asking(request, member, listing, "danger", "trash")
        context |= {"groups": len(details.groups.get(member.pk, [])), "projects": details.projects.get(member.pk, 0)}
        return render(request, "console/user_deletion.html", context)
    if withdraw_invitation(actor=request.membership, member=member):
        messages.success(request, _("%(name)s was deleted. The invitation no longer works.") % {"name": member.name})
    else:
        messages.warning(request, _("%(name)s joined in the meantime and was not deleted.") % {"name": member.name})
    return _done(request, listing, None)


def _done(request: MemberRequest, listing: Listing, member: Membership | None) -> HttpResponse:
    """Back to the list; for htmx the row, the counts and the message take their places in it.

    Without a `member` the list itself is asked to load anew: a row left it.
    """
    if not request.htmx:
        return redirect(words.address_of(request.organization.slug, listing))
    now = timezone.now()
    context = tabs(request.organization, listing, count_members(request.organization, listing.tab, now=now))
    if member:
        inviters = "invited_by" in shown_columns(listing)
        details = details_of(request.organization, [member], inviters=inviters)
        rows = Rows(actor=request.membership, listing=listing, details=details, now=now)
        context["row_html"] = rows.render_one(member)
    response = render(request, "console/_changed.html", context)
    if not member:
        response["HX-Trigger"] = "users-changed"
    return response
