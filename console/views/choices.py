"""Choosing a group or a project to filter by, and the columns to look at: pages, and for htmx menus (U-5, U-6)."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from base.picker import asked_in
from console import words
from console.listing import ALWAYS, SHOWN, Listing, chosen, listing_at
from console.services.columns import keep_columns
from console.tables import OPTIONAL, UserTable
from organizations.access import member_required
from organizations.permissions import Permission
from organizations.queries import group_choices, project_choices
from organizations.requests import MemberRequest

PICKERS = {"group": group_choices, "project": project_choices}
# A menu of fewer is looked through faster than searched.
SEARCHED = 8


def _listing(request: MemberRequest, params: QueryDict) -> Listing:
    return listing_at(params.get("view", ""), organization_id=request.organization.pk, columns=OPTIONAL)


@member_required(Permission.PEOPLE_VIEW)
@require_safe
def users_choices(request: MemberRequest, kind: str) -> HttpResponse:
    """The organization's groups or projects, each a link to the list filtered by it; `named` searches among them."""
    listing, slug = _listing(request, request.GET).first_page(), request.organization.slug
    asked, current = asked_in(request.GET, "named"), getattr(listing.picks, kind)
    pick = PICKERS[kind](request.organization, asked, [])

    def address(value: str) -> str:
        return words.address_of(slug, replace(listing, picks=replace(listing.picks, **{kind: value})))

    entries = [(thing.name, address(str(thing.pk)), str(thing.pk) == current) for thing in pick.listed]
    context = {
        "heading": _("Filter by group") if kind == "group" else _("Filter by project"),
        "label": _("Search groups") if kind == "group" else _("Search projects"),
        "entries": entries,
        "anything": "" if asked else address(""),
        "current": current,
        "asked": asked,
        "more": pick.more,
        "searched": bool(asked or pick.more or len(entries) > SEARCHED),
        "view": words.view_of(listing),
        "url": request.path,
        "back": words.address_of(slug, listing),
        "only_entries": "named" in request.GET,
    }
    return render(request, "console/_choices.html" if request.htmx else "console/choices.html", context)


def _columns(request: HttpRequest, listing: Listing) -> tuple[str, ...] | None:
    """What the form says, in the order of the table; None for the tab's own."""
    if "usual" in request.POST:
        return None
    columns = chosen(OPTIONAL, [ALWAYS, *request.POST.getlist("columns")])
    return None if set(columns or ()) == set(SHOWN[listing.tab]) else columns


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def users_columns(request: MemberRequest) -> HttpResponse:
    """Which columns one looks at (U-5): kept for the viewer in this organization, and in the address for others."""
    slug, changes = request.organization.slug, request.method == "POST"
    listing = _listing(request, request.POST if changes else request.GET)
    if changes:
        columns = _columns(request, listing)
        keep_columns(actor=request.membership, tab=listing.tab, columns=columns or ())
        listing = replace(listing, columns=columns)
        if not request.htmx:
            return redirect(words.address_of(slug, listing))
    shown = listing.shown
    context = {
        "columns": [
            (name, str(UserTable.base_columns[name].verbose_name), name in shown, name == ALWAYS) for name in OPTIONAL
        ],
        "view": words.view_of(listing),
        "url": reverse("users_columns", args=[slug]),
        "reload": words.address_of(slug, listing) if changes else "",
        "back": words.address_of(slug, listing),
    }
    return render(request, "console/_columns.html" if request.htmx else "console/columns.html", context)
