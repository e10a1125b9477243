"""Choosing a group or a project to filter by, and the columns to look at: pages, and for htmx menus (U-5, U-6)."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from base.picker import asked_in
from console.users.columns import OPTIONAL, UserTable
from console.users.params import ALWAYS, SHOWN, UserListParams, chosen
from console.users.services import save_columns
from organizations.access import member_required
from organizations.permissions import Permission
from organizations.queries import pick_groups, pick_projects
from organizations.requests import MemberRequest

PICKERS = {"group": pick_groups, "project": pick_projects}
# A menu of fewer is looked through faster than searched.
SEARCHED = 8


def _listing(request: MemberRequest, params: QueryDict) -> UserListParams:
    return UserListParams.from_url(params.get("view", ""), organization_id=request.organization.pk, columns=OPTIONAL)


@member_required(Permission.PEOPLE_VIEW)
@require_safe
def users_choices(request: MemberRequest, kind: str) -> HttpResponse:
    """The organization's groups or projects, each a link to the list filtered by it; `named` searches among them."""
    listing, slug = _listing(request, request.GET).first_page(), request.organization.slug
    asked, current = asked_in(request.GET, "named"), getattr(listing.picks, kind)
    pick = PICKERS[kind](request.organization, asked, [])

    def address(value: str) -> str:
        return replace(listing, picks=replace(listing.picks, **{kind: value})).url(slug)

    entries = [(thing.name, address(str(thing.pk)), str(thing.pk) == current) for thing in pick.listed]
    context = {
        "heading": _("StatusFilter by group") if kind == "group" else _("StatusFilter by project"),
        "label": _("Search groups") if kind == "group" else _("Search projects"),
        "entries": entries,
        "anything": "" if asked else address(""),
        "current": current,
        "asked": asked,
        "more": pick.more,
        "searched": bool(asked or pick.more or len(entries) > SEARCHED),
        "view": listing.view,
        "url": request.path,
        "back": listing.url(slug),
        "only_entries": "named" in request.GET,
    }
    return render(request, "console/_choices.html" if request.htmx else "console/choices.html", context)


def _columns(request: HttpRequest, listing: UserListParams) -> tuple[str, ...] | None:
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
        save_columns(actor=request.membership, tab=listing.tab, columns=columns or ())
        listing = replace(listing, columns=columns)
        if not request.htmx:
            return redirect(listing.url(slug))
    shown = listing.shown
    context = {
        "columns": [
            (name, str(UserTable.base_columns[name].verbose_name), name in shown, name == ALWAYS) for name in OPTIONAL
        ],
        "view": listing.view,
        "url": reverse("users_columns", args=[slug]),
        "reload": listing.url(slug) if changes else "",
        "back": listing.url(slug),
    }
    return render(request, "console/_columns.html" if request.htmx else "console/columns.html", context)
