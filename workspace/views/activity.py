"""The user's own activity: sign-ins, and what they did in this organization (A-4)."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.countries import country_of
from audit.lines import describe
from audit.models import Entry
from audit.queries import own_entries
from base import params
from base.ids import parse_uuid
from base.lists.keyset import PAGE_SIZE
from organizations.access import member_required
from organizations.requests import MemberRequest


@require_safe
@member_required()
def my_activity(request: MemberRequest) -> HttpResponse:
    """List the user's own entries, newest first. Needs no permission."""
    member, before = request.membership, parse_uuid(params.line(request, "before"))
    entries = own_entries(request.organization.pk, member.pk, request.user.pk, before=before, limit=PAGE_SIZE + 1)
    shown = entries[:PAGE_SIZE]
    older = params.address(request, before=str(shown[-1].pk)) if len(entries) > PAGE_SIZE else ""
    context = {"activity": [_line(entry) for entry in shown], "older": older, "newest": before is None}
    return render(request, "workspace/activity.html", context)


def _line(entry: Entry) -> dict[str, Any]:
    country = country_of(entry.ip) if entry.ip else ""
    return {"line": describe(entry, with_actor=entry.actor_id is None), "entry": entry, "country": country}
