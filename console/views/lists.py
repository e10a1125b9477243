"""The two lists of the Users page (U-2 to U-6), whole or as the part that htmx asks for."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from base.answers import answer, wants_part
from console import words
from console.bulk.kinds import offered_on
from console.filters import choosers, selects
from console.listing import Listing, Tab, listing_of, whole
from console.nobody import nobody
from console.queries import Counts, count_matches, page_of
from console.rows import Rows
from console.tables import OPTIONAL, kept_columns, table_of
from organizations.access import member_required
from organizations.models import Organization
from organizations.permissions import Permission
from organizations.policies import can_add_users
from organizations.requests import MemberRequest


@member_required(Permission.PEOPLE_VIEW)
@require_safe
def users(request: MemberRequest) -> HttpResponse:
    """All Users."""
    return _answer(request, Tab.ALL)


@member_required(Permission.PEOPLE_VIEW)
@require_safe
def users_pending(request: MemberRequest) -> HttpResponse:
    """Pending: everyone who has not accepted."""
    return _answer(request, Tab.PENDING)


def _answer(request: MemberRequest, tab: Tab) -> HttpResponse:
    now = timezone.now()
    listing = listing_of(tab, request.GET, organization_id=request.organization.pk, columns=OPTIONAL)
    part = wants_part(request)
    if listing.columns is None and (kept := kept_columns(request.membership, tab)):
        listing = replace(listing, columns=kept)
        if not part:  # the address always holds the view, so that it can be sent to somebody
            return redirect(words.address_of(request.organization.slug, listing))
    # Links that are made from this address leave out what a form sent empty.
    request.GET = QueryDict(urlencode(listing.fields()))
    context = results(request, listing, now)
    if not part:
        context |= frame(request, context["listing"], context["counts"])
    whole, changes = "console/users.html", "console/_results.html"
    return answer(request, whole=whole, part=changes, context=context, address=context["address"])


def results(request: MemberRequest, listing: Listing, now: datetime) -> dict[str, Any]:
    """What console/_results.html takes: the table's head, its rows, the pages around it, or why it is empty."""
    organization, slug = request.organization, request.organization.slug
    page = page_of(organization, listing, now=now)
    listing = page.listing
    rows = Rows(actor=request.membership, listing=listing, around=page.around, now=now)
    matches = count_matches(organization, listing) if listing.q and not page.lines else {}
    more = bool(page.previous or page.next)
    return {
        "listing": listing,
        "table": table_of(listing),
        "rows_html": rows.render(page.lines) if page.lines else "",
        "label": _("Users") if listing.tab == Tab.ALL else _("Pending users"),
        "found": words.found(len(page.lines), more=more),
        "previous": words.address_of(slug, page.previous) if page.previous else "",
        "next": words.address_of(slug, page.next) if page.next else "",
        "nobody": {} if page.lines else nobody(slug, listing, matches, page.chosen),
        "counts": page.around.counts,
        "head_key": (listing.tab, listing.shown, tuple(listing.first_page().fields().items())),
        "wide": len(listing.shown) > 7,
        "picks": choosers(listing, page.chosen),
        "chooser_base": reverse("users", args=[slug]) + "choices/",
        "address": words.address_of(slug, listing),
        "view": words.view_of(listing),
        "sorts": words.sorts(listing),
        "may_add": bool(can_add_users(request.membership)),
        "bulk": offered_on(request.membership, listing) if page.lines else [],
        "more_pages": more,
        "export": reverse("users_export", args=[slug]) + "?" + urlencode({"view": words.view_of(listing.first_page())}),
    }


def frame(request: MemberRequest, listing: Listing, counts: Counts) -> dict[str, Any]:
    """What stands around the results: heading, tabs with counts, the search form's choices."""
    slug = request.organization.slug
    add = can_add_users(request.membership)
    invites = Permission.PEOPLE_INVITE in request.permissions
    return {
        **tabs(request.organization, listing, counts),
        "base": words.address_of(slug, whole(listing.tab)),
        "selects": selects(listing, counts.roles),
        "why_no_add": add.reason if invites and not add else "",
        "first_use": counts.joined.value == 1 and not counts.invited and not listing.narrowed,
    }


def tabs(organization: Organization, listing: Listing, counts: Counts) -> dict[str, Any]:
    """What console/_tabs.html takes: also after an action, when the counts changed (U-18)."""
    labels = {Tab.ALL: (_("All Users"), counts.joined), Tab.PENDING: (_("Pending"), counts.invited)}
    return {
        "tabs": [
            {
                "label": label,
                "count": count,
                "url": words.address_of(organization.slug, whole(tab)),
                "current": tab == listing.tab,
            }
            for tab, (label, count) in labels.items()
        ],
        "summary": words.summary(organization, counts),
    }
