"""The two lists of the Users page (U-2 to U-6), whole or as the part that htmx asks for."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from base.responses import is_htmx_fragment, render_page_or_fragment
from console.bulk.kinds import offered_on
from console.queries import Page, TabCounts, count_matches, page_of
from console.users import texts
from console.users.columns import OPTIONAL, saved_columns, table_of
from console.users.empty import empty_state
from console.users.filters import choosers, selects
from console.users.params import Tab, UserListParams, default_params
from console.users.rendering import RowRenderer
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
    listing = UserListParams.from_querydict(tab, request.GET, organization_id=request.organization.pk, columns=OPTIONAL)
    if listing.columns is None and (kept := saved_columns(request.membership, tab)):
        listing = replace(listing, columns=kept)
        if not is_htmx_fragment(request):  # the address always holds the view, so that it can be sent to somebody
            return redirect(listing.url(request.organization.slug))
    page = page_of(request.organization, listing, now=now)
    shown = Shown(request, page)
    rows = RowRenderer(actor=request.membership, listing=page.listing, around=page.around, now=now)
    context = shown.context() | {"rows_html": rows.render(page.lines) if page.lines else ""}
    url = page.listing.url(request.organization.slug)
    return render_page_or_fragment(
        request, page="console/users.html", fragment="console/_results.html", context=context, url=url
    )


class Shown:
    """A page of a list but for its rows: what is known, and what is made of it for the templates."""

    def __init__(self, request: MemberRequest, page: Page) -> None:
        self.request, self.page, self.listing = request, page, page.listing
        self.add = can_add_users(request.membership)
        self.bulk = offered_on(request.membership, self.listing) if page.lines else []
        searched = self.listing.q and not page.lines
        self.matches = count_matches(request.organization, self.listing) if searched else {}

    def context(self) -> dict[str, Any]:
        """What console/users.html takes."""
        # Links that are made from this address leave out what a form sent empty.
        self.request.GET = QueryDict(urlencode(self.listing.fields()))
        return self._results() | self._frame() | tabs(self.request.organization, self.listing, self.page.around.counts)

    def _results(self) -> dict[str, Any]:
        """What console/_results.html takes: the table's head, the pages around it, or why it is empty."""
        page, listing, slug = self.page, self.listing, self.request.organization.slug
        more = bool(page.previous or page.next)
        return {
            "listing": listing,
            "table": table_of(listing),
            "label": _("Users") if listing.tab == Tab.ALL else _("Pending users"),
            "found": texts.found(len(page.lines), more=more),
            "previous": page.previous.url(slug) if page.previous else "",
            "next": page.next.url(slug) if page.next else "",
            "nobody": {} if page.lines else empty_state(slug, listing, self.matches, page.chosen),
            "wide": len(listing.shown) > 7,
            "picks": choosers(listing, page.chosen),
            "chooser_base": reverse("users", args=[slug]) + "choices/",
            "address": listing.url(slug),
            "view": listing.view,
            "sorts": texts.sorts(listing),
            "may_add": bool(self.add),
            "bulk": self.bulk,
            "more_pages": more,
            "export": reverse("users_export", args=[slug]) + "?" + urlencode({"view": listing.first_page().view}),
        }

    def _frame(self) -> dict[str, Any]:
        """What stands around the results: the search form's choices, and what to say to whom cannot add users."""
        listing, counts = self.listing, self.page.around.counts
        alone = counts.joined.value == 1 and not counts.invited
        invites = Permission.PEOPLE_INVITE in self.request.permissions
        return {
            "base": default_params(listing.tab).url(self.request.organization.slug),
            "selects": selects(listing, counts.roles),
            "why_no_add": self.add.reason if invites and not self.add else "",
            "first_use": alone and listing.tab == Tab.ALL and not listing.is_filtered,
        }


def tabs(organization: Organization, listing: UserListParams, counts: TabCounts) -> dict[str, Any]:
    """What console/_tabs.html takes: also after an action, when the counts changed (U-18)."""
    labels = {Tab.ALL: (_("All Users"), counts.joined), Tab.PENDING: (_("Pending"), counts.invited)}
    return {
        "tabs": [
            {
                "label": label,
                "count": count,
                "url": default_params(tab).url(organization.slug),
                "current": tab == listing.tab,
            }
            for tab, (label, count) in labels.items()
        ],
        "summary": texts.summary(organization, counts),
    }
