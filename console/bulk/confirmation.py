"""The confirmation of a bulk action, and the responses to it."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.translation import gettext as _

from accounts.fresh import require_fresh_sign_in
from base import params
from base.ids import uuid7
from base.responses import htmx_redirect
from console.bulk import texts
from console.bulk.access import REMOVING, joined_by, removal_of
from console.bulk.choice import BulkChoice
from console.bulk.forms import BulkForm, DeletionForm, RoleChoiceForm
from console.bulk.kinds import Kind
from console.bulk.list_forms import FORMS_WITH_LISTS
from console.bulk.preview import Preview, preview_of
from console.bulk.queries import current_links, replaced_roles
from console.bulk.services import IMMEDIATE_LIMIT, start_bulk
from console.bulk.worker import process
from console.models import UNFINISHED, BulkAction
from console.saved_views.queries import default_view_id
from console.users.counts import count_tabs
from console.users.params import UserListParams
from console.users.selection import Selection
from console.users.views import tabs
from organizations.fresh import require_fresh_to_give
from organizations.models import Membership
from organizations.queries.removals import Removal, combine, effect_of
from organizations.removal_texts import describe_effect
from organizations.requests import MemberRequest
from organizations.undo import report_removal, report_with_undo

# The longest that a request processes members (htmx times out after 20 seconds); a worker does the rest.
REQUEST_SECONDS = 8.0


class Confirmation:
    """The confirmation of one action for one selection.

    is_blocked: the actor is among the members to delete (U-15). has_grown: more members match than the confirmation
    showed, so the actor has not agreed to them.
    """

    def __init__(self, request: MemberRequest, kind: Kind, selection: Selection) -> None:
        self.request, self.kind, self.now = request, kind, timezone.now()
        posted = request.POST if request.method == "POST" else None
        if posted and posted.get("others"):
            selection = selection.excluding(request.membership.pk)
        undelivered = bool(posted and posted.get("undelivered")) and kind.key == "invitation"
        self.selection = replace(selection, before=_asked_at(posted, self.now), undelivered=undelivered)
        self.choice = BulkChoice(selection.params.tab)
        self.preview: Preview = preview_of(kind, request.membership, self.selection, self.choice, self.now)
        self.form = build_form(kind.key, posted, actor=request.membership, preview=self.preview)
        self.is_blocked = kind.key == "deletion" and self.preview.includes_actor
        seen = posted.get("seen", "") if posted else ""
        self.has_grown = self.selection.everyone and seen.isdecimal() and self.preview.total > int(seen[:9])

    @property
    def is_on_security(self) -> bool:
        """Whether the action was opened from the roll-out on the Security page, to which it returns."""
        return self.request.GET.get("at") == "security"

    @property
    def list_url(self) -> str:
        if self.is_on_security:
            return reverse("security", args=[self.request.organization.slug]) + "#rollout"
        return self.selection.params.url(self.request.organization.slug)

    def require_fresh_sign_in(self) -> None:
        """Deleting, deactivating and giving Admin need a fresh sign-in (S-7). The form must be valid."""
        if self.kind.key in ("deactivation", "deletion"):
            require_fresh_sign_in(self.request)
        role_ids = [role.pk for role in self.form.roles]
        group_ids = [group.pk for group in self.form.joined]
        require_fresh_to_give(self.request, role_ids=role_ids, group_ids=group_ids)

    @property
    def chosen(self) -> BulkChoice:
        """What is chosen in the form. The form must have been validated."""
        form = self.form
        return replace(self.choice, roles=form.roles, group=form.group, target=form.target, project=form.project)

    @property
    def removes(self) -> bool:
        """Whether the action may remove access."""
        return self.kind.key in (*REMOVING, "role")

    def effect(self) -> str:
        """Return who will lose what with the roles, group or project chosen so far, for a few members (U-22)."""
        if not (self.form.is_bound and self.removes and self.preview.members):
            return ""
        self.form.is_valid()
        if self.kind.key == "role":
            removal = replaced_roles(self.chosen, self.preview.members) if self.chosen.roles else Removal()
        else:
            removal = current_links(removal_of(self.kind.key, self.chosen, self.preview.members))
        nothing = _("No one loses access to a project or role.")
        if not removal:
            return nothing if self.chosen.roles else ""
        moved = [member for member in self.preview.members if member.pk in removal.members]
        joined = joined_by(self.chosen, moved)
        effect = describe_effect(effect_of(self.request.organization, removal, joined=joined))
        return effect or nothing

    def render(self, status: int = 200) -> HttpResponse:
        """Show the confirmation."""
        key, preview = self.kind.key, self.preview
        context: dict[str, Any] = {
            "kind": self.kind,
            "form": self.form,
            "preview": preview,
            "is_blocked": self.is_blocked,
            "has_grown": self.has_grown and status == 409,
            "question": texts.format_text(texts.QUESTIONS, key, preview.eligible),
            "consequence": texts.consequence(key, preview),
            "button": texts.format_text(texts.BUTTONS, key, preview.eligible),
            "skipped_heading": texts.skipped_heading(preview.skipped_count),
            "cancel_url": self.list_url,
            "tone": self.kind.tone,
            "icon_name": self.kind.icon,
            "removes": self.removes,
            "effect": self.effect(),
        }
        return render(self.request, "console/bulk/confirmation.html", context, status=status)

    def run(self) -> HttpResponse:
        """Start the action. A small one is finished when this returns."""
        choice = self.chosen
        try:
            action, started = start_bulk(
                actor=self.request.membership,
                kind=self.kind,
                choice=choice,
                selection=self.selection,
                view=self.selection.params.view,
                key=self.form.key(),
                now=self.now,
            )
        except BulkAction.DoesNotExist:
            raise BadRequest("This confirmation belongs to someone else.") from None
        removals: list[Removal] = []
        if started and action.total <= IMMEDIATE_LIMIT:
            process(action.pk, limit=IMMEDIATE_LIMIT + 1, seconds=REQUEST_SECONDS, removals=removals)
        action.refresh_from_db()
        result_url = reverse("users_bulk_result", args=[self.request.organization.slug, action.pk])
        if action.state in UNFINISHED or not started:
            return htmx_redirect(self.request, result_url)
        return self._success(action, result_url, combine(removals))

    def _success(self, action: BulkAction, result_url: str, removal: Removal) -> HttpResponse:
        done, link = texts.result_summary(action), format_html('<a href="{}">{}</a>', result_url, _("View results"))
        level = messages.WARNING if action.refused else messages.SUCCESS
        url = undo_url(self.request, action, self.selection)
        if self.kind.key == "deactivation" and action.done:
            effect = _("They can’t open %(organization)s until they’re reactivated.")
            effect = effect % {"organization": self.request.organization.name}
            report_with_undo(self.request, format_html("<b>{}</b> {} {}", done, effect, link), url, level=level)
        else:
            report_removal(self.request, done, removal, url, more=link, level=level)
        return list_updated(self.request, self.selection.params, self.list_url, is_on_security=self.is_on_security)


def list_updated(
    request: MemberRequest, view: UserListParams, list_url: str, *, is_on_security: bool = False
) -> HttpResponse:
    """Return to the list; for htmx, update its counts, show the messages and let it reload its rows."""
    if not request.htmx:
        return redirect(list_url)
    if is_on_security:
        response = render(request, "ui/toasts.html", {"oob": True})
    else:
        view = replace(view, opens_view=default_view_id(request.membership) is not None)
        context = tabs(request.organization, view, count_tabs(request.organization, view.tab, timezone.now()))
        response = render(request, "console/member/_action_done.html", context)
    response["HX-Trigger"] = json.dumps({"select:clear": "", "users-changed": ""})
    return response


def undo_url(request: MemberRequest, action: BulkAction, selection: Selection) -> str:
    """Return the URL that undoes a bulk removal, and shows the same list again."""
    url = reverse("users_bulk_undo", args=[request.organization.slug, action.pk])
    return params.path(url, view=selection.params.view)


def _asked_at(posted: Any, now: datetime) -> datetime | None:
    """Return when the confirmation was shown, if the form says so; never later than now."""
    try:
        asked = parse_datetime(posted.get("asked", "")) if posted else None
        return min(asked.astimezone(UTC), now) if asked and asked.tzinfo else None
    except (ValueError, OverflowError):
        return None


def build_form(kind_key: str, data: Any, *, actor: Membership, preview: Preview) -> BulkForm:
    """Return the form for a kind of action, bound if there is `data`."""
    initial = {"once": uuid7(), "asked": timezone.now().isoformat()}
    if kind_key == "deletion":
        return DeletionForm(data, actor=actor, eligible=preview.eligible, initial=initial)
    if kind_key in FORMS_WITH_LISTS:
        return FORMS_WITH_LISTS[kind_key](data, actor=actor, members=preview.members, initial=initial)
    form = RoleChoiceForm if kind_key == "role" else BulkForm
    return form(data, actor=actor, initial=initial)
