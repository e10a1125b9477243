"""One group (G-2): its page, its name, its end."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from audit.queries import creator_label
from base import params
from base.lists.keyset import KeysetPage
from base.policies import require
from base.responses import htmx_redirect, render_page_or_fragment
from base.times import RelativeTime
from console.groups import GROUP_TAKEN, address_of
from console.queries.groups import group_in, group_members, group_projects, loss_of, sizes_of
from organizations import policies
from organizations.access import member_required
from organizations.forms import NamedForm
from organizations.models import Group
from organizations.permissions import Permission
from organizations.queries import direct_roles_of, roles_of_group
from organizations.requests import MemberRequest
from organizations.roles import description_of
from organizations.services import delete_group, edit_group


@dataclass(frozen=True)
class View(params.QueryParams):
    """Which members and projects the address asks for; the same names lead on to the next ones."""

    q: str
    after: str
    before: str
    projects_after: str
    projects_before: str


def group_view(*methods: str) -> Callable:
    """Decorates a view of one group for those who see people; a group that is not there, or no more, is a 404."""

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def wrapped(request: MemberRequest, group_id: UUID, **ids: UUID) -> HttpResponse:
            group = group_in(request.organization, group_id)
            if group is None:
                raise Http404
            try:
                return view(request, group, **ids)
            except Group.DoesNotExist:
                raise Http404 from None

        return member_required(Permission.PEOPLE_VIEW)(require_http_methods(methods)(wrapped))

    return decorate


ASKED = ("GET", "HEAD", "POST")


@group_view("GET", "HEAD")
def group_page(request: MemberRequest, group: Group) -> HttpResponse:
    """Members, projects and roles of a group."""
    context, page = page_of(request, group), "console/groups/page.html"
    return render_page_or_fragment(
        request, page=page, fragment="console/groups/_members.html", context=context, url=context["address"]
    )


def page_of(request: MemberRequest, group: Group) -> dict[str, Any]:
    """What console/groups/page.html takes."""
    view, base = View.of(request), url_of(request, group)
    page, named = group_members(group, search=view.q, after=view.after, before=view.before)
    projects = group_projects(group, after=view.projects_after, before=view.projects_before)
    clock, sizes = RelativeTime(timezone.now()), sizes_of(group)

    def link(**changed: str) -> str:
        return params.path(base, **view.query(**changed))

    return {
        "group": group,
        "view": view,
        "base": base,
        "address": link(),
        "query": link().removeprefix(base),
        "parents": [(_("Groups"), address_of(request.organization.slug))],
        "rows": [_row(row, clock) for row in page.rows],
        "named": named,
        "found": _shown(page, sizes.members.value),
        "previous": page.previous and link(after="", before=page.previous),
        "next": page.next and link(before="", after=page.next),
        "sizes": sizes,
        "projects": projects.rows,
        "projects_previous": projects.previous and link(projects_after="", projects_before=projects.previous),
        "projects_next": projects.next and link(projects_before="", projects_after=projects.next),
        "roles": [(role, description_of(role)) for role in roles_of_group(group)],
        "created": clock.date(group.created_at),
        "created_by": creator_label(request.organization.pk, "group.created", group.pk),
        "may": _may(request, group),
    }


def _may(request: MemberRequest, group: Group) -> dict[str, Any]:
    """What the viewer may do here. Deleting is shown off with its reason where only a rule bars it."""
    actor = request.membership
    manages = policies.can_manage_groups(actor)
    return {
        "edit": policies.can_edit_group(actor, group),
        "delete": policies.can_delete_group(actor, group),
        "add": policies.can_add_to_group(actor, group),
        "members": policies.can_remove_group_members(actor, group),
        "projects": policies.can_give_group_projects(actor),
        "roles": manages,
    }


def _row(link: Any, clock: RelativeTime) -> dict[str, Any]:
    member = link.membership
    return {
        "member": member,
        "roles": direct_roles_of(member),
        "joined": link.created_at and clock.date(link.created_at),
    }


def _shown(page: KeysetPage, total: int) -> str:
    count = len(page.rows)
    if page.more:
        return _("Showing %(count)s members, newest in the group first") % {"count": count}
    if count < total:
        return ngettext("%(count)s member found", "%(count)s members found", count) % {"count": count}
    return ngettext("%(count)s member", "%(count)s members", count) % {"count": count}


def url_of(request: MemberRequest, group: Group) -> str:
    """The group's page."""
    return reverse("group", args=[request.organization.slug, group.pk])


def changed(request: MemberRequest, group: Group, *, focus: str = "") -> HttpResponse:
    """After a change: the group's page, or for htmx its parts and the messages. `focus` names the part whose heading
    is focused where what was pressed is gone; in a list of groups that it came from, the list loads anew."""
    if "view" in request.GET:
        if not request.htmx:
            return redirect(address_of(request.organization.slug, request.GET["view"]))
        response = render(request, "ui/toasts.html", {"oob": True})
        response["HX-Trigger"] = "groups-changed"
        return response
    if not request.htmx:
        return redirect(params.path(url_of(request, group), **View.of(request).query()))
    group.refresh_from_db(fields=["name", "description"])
    return render(request, "console/groups/_changed.html", page_of(request, group) | {"focus": focus})


def cancel_url(request: MemberRequest, group: Group) -> str:
    """Where a dialog about the group came from."""
    if "view" in request.GET:
        return address_of(request.organization.slug, request.GET["view"])
    return url_of(request, group)


@group_view(*ASKED)
def group_details(request: MemberRequest, group: Group) -> HttpResponse:
    """Name and description."""
    require(policies.can_edit_group(request.membership, group))
    form = NamedForm(request.POST if request.method == "POST" else None, instance=group, name_taken=GROUP_TAKEN)

    def write(words: dict[str, str]) -> None:
        edit_group(actor=request.membership, group=group, seen=form.seen, **words)

    if request.method == "POST" and form.save(write):
        messages.success(request, _("%(name)s is saved.") % {"name": form.cleaned_data["name"]})
        return changed(request, group)
    context = {"group": group, "form": form, "cancel_url": cancel_url(request, group)}
    return render(request, "console/groups/details.html", context, status=form.status)


@group_view(*ASKED)
def group_deletion(request: MemberRequest, group: Group) -> HttpResponse:
    """Asks first, saying what is lost and who keeps what."""
    require(policies.can_delete_group(request.membership, group))
    if request.method != "POST":
        loss = loss_of(group, roles_of_group(group))
        context = {"group": group, "loss": loss, "cancel_url": cancel_url(request, group)}
        return render(request, "console/groups/deletion.html", context)
    delete_group(actor=request.membership, group=group)
    messages.success(request, _("The group %(name)s was deleted.") % {"name": group.name})
    if "view" in request.GET:
        return changed(request, group)
    return htmx_redirect(request, address_of(request.organization.slug))
