"""The More menu of a row (U-7)."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from base.policies import Decision
from console import policies
from console.views.actions.common import Acting
from invitations.queries import live_invitation
from organizations.access import member_required
from organizations.permissions import Permission
from organizations.requests import MemberRequest

LOOKS = {
    "resend": (gettext_lazy("Resend invite"), "send"),
    "reset_two_factor": (gettext_lazy("Reset 2FA"), "phone"),
    "log_out": (gettext_lazy("Log out sessions"), "log-out"),
    "deactivate": (gettext_lazy("Deactivate"), "ban"),
    "reactivate": (gettext_lazy("Reactivate"), "power"),
    "delete": (gettext_lazy("Delete"), "trash"),
}
LAST = ("deactivate", "reactivate", "delete")


@member_required(Permission.PEOPLE_VIEW)
@require_safe
def user_menu(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """The actions that apply to a member: the inside of the row's menu, or a page of its own."""
    acting = Acting.on(request, member_id)
    context = {"member": acting.member, "entries": _entries(acting), "back": acting.back}
    return render(request, "ui/menu_entries.html" if request.htmx else "console/user_menu.html", context)


def _entries(acting: Acting) -> list[dict[str, Any]]:
    answers = policies.answers_on(acting.request.membership, acting.member, acting.params.tab)
    entries = [_entry(acting, key, answers) for key in answers if key != "edit"]
    # On the member's own page the way there is left out, unless there is nothing else.
    return entries if entries and acting.request.GET.get("at") == "profile" else [_profile(acting, answers), *entries]


def _profile(acting: Acting, answers: dict[str, Decision]) -> dict[str, Any]:
    """Always there: who may not edit the member may look at them."""
    label, icon = (_("Edit profile"), "pencil") if answers.get("edit") else (_("View profile"), "user")
    return {"label": label, "icon": icon, "url": acting.url("edit"), "dialog": True}


def _entry(acting: Acting, key: str, answers: dict[str, Decision]) -> dict[str, Any]:
    label, icon = LOOKS[key]
    # A line between what looks after a member and what ends or restores their being here.
    divides = key == next((each for each in answers if each in LAST), None)
    entry: dict[str, Any] = {"label": label, "icon": icon, "danger": key == "delete", "divider": divides}
    if not answers[key] and not _explains(key, answers):
        return entry | {"why": answers[key].reason}
    if key == "resend" and not acting.member.is_expired:
        live = live_invitation(acting.member)
        return entry | {"url": acting.url(key, sent=live and live.sends), "post": True}
    return entry | {"url": acting.url(key), "dialog": True}


def _explains(key: str, answers: dict[str, Decision]) -> bool:
    """U-11: who cannot be deactivated but deleted gets a dialog that says so and leads there."""
    return key == "deactivate" and bool(answers.get("delete"))
