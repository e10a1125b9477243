"""The Access keys page, everyone's personal keys, and a member's own keys (A-2, A-6)."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from base.lists.columns import headings
from base.lists.empty import EmptyState
from base.lists.keyset import KeysetPage, keyset_page
from base.responses import render_page_or_fragment
from console.access_keys.params import KeyListParams, KeyTable
from console.access_keys.places import ADMIN, EVERYONE, OWN
from console.access_keys.rows import rows_of
from organizations.access import member_required
from organizations.models import Membership, Organization
from organizations.permissions import Permission
from organizations.policies.access_keys import can_create_key
from organizations.queries import matching_members
from organizations.queries.key_lists import (
    count_personal_keys,
    keys_of_member,
    keys_of_organization,
    personal_keys_in,
    with_secrets,
)
from organizations.requests import MemberRequest

API_DOCS_URL = "/api/v1/docs"


@member_required(Permission.KEYS_MANAGE)
@require_safe
def access_keys(request: MemberRequest) -> HttpResponse:
    """Show the viewer's own keys, the organization's keys, and the number of personal keys."""
    member = request.membership
    context = {
        "own_rows": rows_of(member, with_secrets(keys_of_member(member)), ADMIN),
        "organization_rows": rows_of(member, with_secrets(keys_of_organization(request.organization)), ADMIN),
        "counts": count_personal_keys(request.organization),
        "new_url": ADMIN.new_url(request),
        "docs_url": API_DOCS_URL,
    }
    return render(request, "console/access_keys/page.html", context)


@member_required()
@require_safe
def personal_keys(request: MemberRequest) -> HttpResponse:
    """Show the member's own keys."""
    OWN.check(request)
    member = request.membership
    context = {
        "own_rows": rows_of(member, with_secrets(keys_of_member(member)), OWN),
        "can_create": can_create_key(member, personal=True),
        "new_url": OWN.new_url(request),
        "docs_url": API_DOCS_URL,
    }
    return render(request, "console/access_keys/personal.html", context)


@member_required(Permission.KEYS_MANAGE)
@require_safe
def everyones_keys(request: MemberRequest) -> HttpResponse:
    """Everyone's personal keys, newest first, with a search for owners and pages."""
    context = _list_context(request, KeyListParams.from_querydict(request.GET))
    page, fragment = "console/access_keys/everyone.html", "console/access_keys/_results.html"
    return render_page_or_fragment(request, page=page, fragment=fragment, context=context, url=context["page_url"])


def _list_context(request: MemberRequest, params: KeyListParams) -> dict[str, Any]:
    slug = request.organization.slug
    page = _key_page(request.organization, params)
    rows = rows_of(request.membership, page.rows, EVERYONE)
    row_context = {"rows": rows, "show_owner": True, "organization": request.organization}
    return {
        "params": params,
        "headings": headings(KeyTable, params, ()),
        "label": _("Personal keys"),
        "rows_html": render_to_string("console/access_keys/_rows.html", row_context, request) if rows else "",
        "found": _found(page),
        "previous": page.previous and params.start_at(page.previous, backwards=True).url(slug),
        "next": page.next and params.start_at(page.next).url(slug),
        "empty": _empty_state(params, slug),
        "page_url": params.url(slug),
        "base": KeyListParams().url(slug),
        "parents": [(_("Access keys"), ADMIN.url(request))],
    }


def _key_page(organization: Organization, params: KeyListParams) -> KeysetPage:
    """Return a page of keys with their owners and secrets: two queries."""
    keys = with_secrets(personal_keys_in(organization).select_related("membership"))
    if params.q:
        owners = matching_members(Membership.objects.filter(organization=organization), params.q)
        keys = keys.filter(membership__in=owners.order_by().values("pk"))
    after, before = ("", params.token) if params.backwards else (params.token, "")
    return keyset_page(keys, "id", after=after, before=before, descending=True)


def _found(page: KeysetPage) -> str:
    count = len(page.rows)
    if page.more:
        return _("Showing %(count)s keys") % {"count": count}
    return ngettext("%(count)s key", "%(count)s keys", count) % {"count": count}


def _empty_state(params: KeyListParams, slug: str) -> EmptyState:
    url = KeyListParams().url(slug)
    if params.q:
        heading = _("No key owners match “%(search)s”") % {"search": params.q}
        return EmptyState(
            heading=heading, text=_("Try part of a name or email address."), url=url, action=_("Clear search")
        )
    if params.cursor:
        return EmptyState(heading=_("No keys on this page"), url=url, action=_("View all keys"))
    return EmptyState(heading=_("No personal keys yet"), text=_("Members create them in their account preferences."))
