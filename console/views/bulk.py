"""Actions on many members: asked for in the bar of the Users page, confirmed on a page of their own (U-15)."""

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
from django.views.decorators.http import require_http_methods, require_safe

from base.policies import require
from base.responses import htmx_redirect
from console.bulk import texts
from console.bulk.forms import form_for
from console.bulk.kinds import KINDS, Choice, Kind
from console.bulk.preview import Preview, preview_of
from console.models import ON_ITS_WAY, BulkAction
from console.services import start_bulk, work_off
from console.services.bulk import AT_ONCE
from console.users.queries import count_tabs
from console.users.selection import Selection, count_matching
from console.users.views import tabs
from organizations.access import member_required
from organizations.permissions import Permission
from organizations.requests import MemberRequest

# A request does not wait longer than that for its members (htmx gives up at 20 seconds); a worker has the rest.
PATIENCE = 8.0


@member_required(Permission.PEOPLE_VIEW)
@require_safe
def bulk_count(request: MemberRequest) -> HttpResponse:
    """The words of "select all that match", with their number: too dear for every page."""
    count = count_matching(request.organization, Selection.from_request(request).params, timezone.now())
    return HttpResponse(_("Select all %(count)s matching") % {"count": count})


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def bulk_action(request: MemberRequest, key: str) -> HttpResponse:
    """Asks whether, and for whom, then does it or has a worker do it."""
    kind = KINDS[key]
    require(kind.offered(request.membership))
    selection = Selection.from_request(request)
    if not selection:
        messages.warning(request, _("Tick the users first."))
        return htmx_redirect(request, selection.params.url(request.organization.slug))
    asking = Asking(request, kind, selection)
    if request.method != "POST" or "find" in request.POST:
        return asking.page()
    if asking.blocked or asking.grown or not asking.preview.able:
        return asking.page(409)
    return asking.act() if asking.form.is_valid() else asking.page(422)


class Asking:
    """One question about one selection: what is known of it, and the answers to a press."""

    def __init__(self, request: MemberRequest, kind: Kind, selection: Selection) -> None:
        self.request, self.kind, self.now = request, kind, timezone.now()
        posted = request.POST if request.method == "POST" else None
        if posted and posted.get("others"):
            selection = selection.others(request.membership.pk)
        self.selection = replace(selection, before=_asked(posted, self.now))
        self.choice = Choice(selection.params.tab)
        self.preview: Preview = preview_of(kind, request.membership, self.selection, self.choice, self.now)
        self.form = form_for(kind.key, posted, actor=request.membership, able=self.preview.able)
        # U-15: a deletion that includes oneself deletes nobody.
        self.blocked = kind.key == "deletion" and self.preview.mine
        # Whoever came to match since is nobody that was agreed to.
        seen = posted.get("seen", "") if posted else ""
        self.grown = self.selection.everyone and seen.isdecimal() and self.preview.total > int(seen[:9])

    @property
    def back(self) -> str:
        return self.selection.params.url(self.request.organization.slug)

    def page(self, status: int = 200) -> HttpResponse:
        """The question."""
        key, preview = self.kind.key, self.preview
        context: dict[str, Any] = {
            "kind": self.kind,
            "form": self.form,
            "preview": preview,
            "blocked": self.blocked,
            "grown": self.grown and status == 409,
            "question": texts.counted(texts.QUESTIONS, key, preview.able),
            "lead": texts.consequence(key, preview),
            "button": texts.counted(texts.BUTTONS, key, preview.able),
            "left_out": texts.left_out(preview.left),
            "cancel_url": self.back,
            "tone": self.kind.tone,
            "icon_name": self.kind.icon,
            "searching": self.request.POST.get("search", ""),
        }
        return render(self.request, "console/bulk/confirm.html", context, status=status)

    def act(self) -> HttpResponse:
        """Begins; a few are done when it returns."""
        choice = replace(self.choice, roles=self.form.roles, group=self.form.group)
        try:
            action, begun = start_bulk(
                actor=self.request.membership,
                kind=self.kind,
                choice=choice,
                selection=self.selection,
                view=self.selection.params.view,
                key=self.form.key(),
                now=self.now,
            )
        except BulkAction.DoesNotExist:
            raise BadRequest("This button was somebody else's.") from None
        if begun and action.total <= AT_ONCE:
            work_off(action.pk, limit=AT_ONCE + 1, seconds=PATIENCE)
        action.refresh_from_db()
        result = reverse("users_bulk_result", args=[self.request.organization.slug, action.pk])
        if action.state in ON_ITS_WAY or not begun:
            return htmx_redirect(self.request, result)
        return self._done(action, result)

    def _done(self, action: BulkAction, result: str) -> HttpResponse:
        text = format_html('{} <a href="{}">{}</a>', texts.result_of(action), result, _("See each"))
        level = messages.warning if action.refused else messages.success
        level(self.request, text)
        if not self.request.htmx:
            return redirect(self.back)
        organization, params = self.request.organization, self.selection.params
        context = tabs(organization, params, count_tabs(organization, params.tab, now=timezone.now()))
        response = render(self.request, "console/_changed.html", context)
        response["HX-Trigger"] = json.dumps({"select:clear": "", "users-changed": ""})
        return response


def _asked(posted: Any, now: datetime) -> datetime | None:
    """When the question was put, where the answer says so; never later than now."""
    try:
        asked = parse_datetime(posted.get("asked", "")) if posted else None
        return min(asked.astimezone(UTC), now) if asked and asked.tzinfo else None
    except (ValueError, OverflowError):
        return None
