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
from base.responses import htmx_redirect
from console.bulk import texts
from console.bulk.forms import build_form
from console.bulk.kinds import BulkChoice, Kind
from console.bulk.preview import Preview, preview_of
from console.bulk.services import IMMEDIATE_LIMIT, start_bulk
from console.bulk.worker import process
from console.models import UNFINISHED, BulkAction
from console.saved_views.queries import default_view_id
from console.users.queries import count_tabs
from console.users.selection import Selection
from console.users.views import tabs
from organizations.fresh import require_fresh_to_give
from organizations.requests import MemberRequest

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
        self.form = build_form(kind.key, posted, actor=request.membership, eligible=self.preview.eligible)
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
        group_ids = [self.form.group.pk] if self.form.group else []
        require_fresh_to_give(self.request, role_ids=role_ids, group_ids=group_ids)

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
            "search": self.request.POST.get("search", ""),
        }
        return render(self.request, "console/bulk/confirmation.html", context, status=status)

    def run(self) -> HttpResponse:
        """Start the action. A small one is finished when this returns."""
        choice = replace(self.choice, roles=self.form.roles, group=self.form.group)
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
        if started and action.total <= IMMEDIATE_LIMIT:
            process(action.pk, limit=IMMEDIATE_LIMIT + 1, seconds=REQUEST_SECONDS)
        action.refresh_from_db()
        result_url = reverse("users_bulk_result", args=[self.request.organization.slug, action.pk])
        if action.state in UNFINISHED or not started:
            return htmx_redirect(self.request, result_url)
        return self._success(action, result_url)

    def _success(self, action: BulkAction, result_url: str) -> HttpResponse:
        text = format_html('{} <a href="{}">{}</a>', texts.result_summary(action), result_url, _("View results"))
        level = messages.warning if action.refused else messages.success
        level(self.request, text)
        if not self.request.htmx:
            return redirect(self.list_url)
        organization, params = self.request.organization, self.selection.params
        if self.is_on_security:
            response = render(self.request, "ui/toasts.html", {"oob": True})
        else:
            params = replace(params, opens_view=default_view_id(self.request.membership) is not None)
            context = tabs(organization, params, count_tabs(organization, params.tab, timezone.now()))
            response = render(self.request, "console/member/_action_done.html", context)
        response["HX-Trigger"] = json.dumps({"select:clear": "", "users-changed": ""})
        return response


def _asked_at(posted: Any, now: datetime) -> datetime | None:
    """Return when the confirmation was shown, if the form says so; never later than now."""
    try:
        asked = parse_datetime(posted.get("asked", "")) if posted else None
        return min(asked.astimezone(UTC), now) if asked and asked.tzinfo else None
    except (ValueError, OverflowError):
        return None
