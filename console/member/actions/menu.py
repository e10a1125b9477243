"""The More menu of a row (U-7)."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from base.policies import Decision
from console.member import policies
from console.member.actions.member_action import MemberAction
from invitations.queries import pending_invitation
from organizations.access import member_required
from organizations.permissions import Permission
from organizations.requests import MemberRequest

LABELS_AND_ICONS = {
    "resend": (gettext_lazy("Resend invite"), "send"),
    "copy_link": (gettext_lazy("Copy invitation link"), "link"),
    "correct_address": (gettext_lazy("Correct email address"), "mail"),
    "reset_two_factor": (gettext_lazy("Reset 2FA"), "phone"),
    "log_out": (gettext_lazy("Log out sessions"), "log-out"),
    "deactivate": (gettext_lazy("Deactivate"), "ban"),
    "reactivate": (gettext_lazy("Reactivate"), "power"),
    "delete": (gettext_lazy("Delete"), "trash"),
}
# These come last, below a divider.
STATUS_ACTIONS = ("deactivate", "reactivate", "delete")


@member_required(Permission.PEOPLE_VIEW)
@require_safe
def user_menu(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Show the actions that apply to a member: for htmx the inside of the row's menu, otherwise a page."""
    action = MemberAction.from_request(request, member_id)
    context = {"member": action.member, "entries": _entries(action), "list_url": action.list_url}
    return render(request, "ui/menu_entries.html" if request.htmx else "console/member/menu.html", context)


def _entries(action: MemberAction) -> list[dict[str, Any]]:
    decisions = policies.applicable_decisions(action.request.membership, action.member, action.params.tab)
    entries = [_entry(action, key, decisions) for key in decisions if key != "edit"]
    # The member's own page doesn't link to itself, unless the menu would be empty.
    on_profile = action.request.GET.get("at") == "profile"
    return entries if entries and on_profile else [_profile_entry(action, decisions), *entries]


def _profile_entry(action: MemberAction, decisions: dict[str, Decision]) -> dict[str, Any]:
    """Return the link to the profile. It is always there: people who can't edit a member can view them."""
    label, icon = (_("Edit profile"), "pencil") if decisions.get("edit") else (_("View profile"), "user")
    return {"label": label, "icon": icon, "url": action.url("edit"), "dialog": True}


def _entry(action: MemberAction, key: str, decisions: dict[str, Decision]) -> dict[str, Any]:
    label, icon = LABELS_AND_ICONS[key]
    has_divider = key == next((other for other in decisions if other in STATUS_ACTIONS), None)
    entry: dict[str, Any] = {"label": label, "icon": icon, "danger": key == "delete", "divider": has_divider}
    if not decisions[key] and not _opens_explanation(key, decisions):
        return entry | {"why": decisions[key].reason}
    if key == "resend" and not action.member.is_expired:
        live = pending_invitation(action.member)
        return entry | {"url": action.url(key, sent=live and live.sends), "post": True}
    return entry | {"url": action.url(key), "dialog": True}


def _opens_explanation(key: str, decisions: dict[str, Decision]) -> bool:
    """U-11: where a member can't be deactivated but can be deleted, a dialog says so and offers it."""
    return key == "deactivate" and bool(decisions.get("delete"))
