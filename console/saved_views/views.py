"""The menu of saved views, and saving, changing and deleting one (U-20)."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.once import once
from base.ids import parse_uuid
from base.policies import Refused, require
from base.responses import htmx_redirect
from console.models import SavedView
from console.saved_views.current import contents_of, saved_params
from console.saved_views.forms import ViewForm
from console.saved_views.policies import can_change_view, can_share_views
from console.saved_views.queries import default_view_id, view_of, views_of
from console.saved_views.services import (
    NameTaken,
    ViewChanged,
    delete_view,
    edit_view,
    replace_contents,
    save_view,
    set_default_view,
)
from console.users.params import UserListParams
from organizations.access import member_required
from organizations.permissions import Permission
from organizations.requests import MemberRequest

FORM_METHODS = ("GET", "HEAD", "POST")


def _params(request: MemberRequest) -> UserListParams:
    """Return the view of the Users page that the menu was opened on."""
    query: QueryDict = request.POST if request.method == "POST" else request.GET
    view = query.get("view", request.GET.get("view", ""))
    return UserListParams.from_url(view, organization_id=request.organization.pk).first_page()


def _visible(request: MemberRequest, view_id: UUID) -> SavedView:
    view = view_of(request.membership, view_id)
    if view is None:
        raise Http404
    return view


def _back(request: MemberRequest, params: UserListParams) -> HttpResponse:
    return htmx_redirect(request, params.url(request.organization.slug))


@member_required(Permission.PEOPLE_VIEW)
@require_safe
def saved_views(request: MemberRequest) -> HttpResponse:
    """The views that the user sees, with the current one marked, and what can be done with it."""
    params, slug, member = _params(request), request.organization.slug, request.membership
    default, entries, current = default_view_id(member), [], None
    for view in views_of(member):
        saved = saved_params(view)
        entry = {
            "view": view,
            "url": saved.url(slug),
            "is_current": params.saved == str(view.pk),
            "is_default": view.pk == default,
        }
        entries.append(entry)
        if entry["is_current"]:
            current = entry | {"is_changed": contents_of(params) != contents_of(saved)}
    groups = [
        (_("Your views"), [entry for entry in entries if not entry["view"].is_shared]),
        (_("Shared views"), [entry for entry in entries if entry["view"].is_shared]),
    ]
    context = {
        "groups": [(heading, found) for heading, found in groups if found],
        "current": current,
        "may_change": bool(current) and can_change_view(member, current["view"]),
        "view": params.view,
        "tab": params.tab,
        "all_url": replace(params, opens_view=bool(default)).everyone(params.tab).url(slug),
        "back": params.url(slug),
    }
    template = "console/saved_views/_menu.html" if request.htmx else "console/saved_views/menu.html"
    return render(request, template, context)


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(FORM_METHODS)
@once
def saved_view_new(request: MemberRequest) -> HttpResponse:
    """Save the current view under a name."""
    params = _params(request)
    data = request.POST if request.method == "POST" else None
    form = ViewForm(data, can_share=can_share_views(request.membership))

    def write() -> None:
        view = save_view(
            actor=request.membership,
            name=form.cleaned_data["name"],
            contents=contents_of(params),
            shared=form.is_shared,
        )
        form.saved = view

    if data is not None and _save(form, write):
        messages.success(request, _("%(name)s was saved.") % {"name": form.cleaned_data["name"]})
        return _back(request, saved_params(form.saved))
    return _render_form(request, "console/saved_views/new.html", form, params, {})


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(FORM_METHODS)
def saved_view(request: MemberRequest, view_id: UUID) -> HttpResponse:
    """Rename a view, or share a private one."""
    view, params = _visible(request, view_id), _params(request)
    require(can_change_view(request.membership, view))
    data = request.POST if request.method == "POST" else None
    form = ViewForm(data, can_share=can_share_views(request.membership), view=view)

    def write() -> None:
        name = form.cleaned_data["name"]
        edit_view(actor=request.membership, view_id=view.pk, name=name, shared=form.is_shared, seen=form.seen)

    if data is not None and _save(form, write):
        messages.success(request, _("%(name)s was saved.") % {"name": form.cleaned_data["name"]})
        return _back(request, params)
    return _render_form(request, "console/saved_views/edit.html", form, params, {"saved": view})


def _save(form: Any, write: Any) -> bool:
    """Call `write`. Return False with an error in the form if it fails."""
    if not form.is_valid():
        return False
    try:
        with transaction.atomic():
            write()
    except SavedView.DoesNotExist:
        raise Http404 from None
    except NameTaken:
        form.refuse_name()
    except ViewChanged as changed:
        form.seen = changed.view.name
        message = _("Someone else just renamed this view to “%(name)s”. Save again to overwrite it.")
        form.conflict = message % {"name": changed.view.name}
    except Refused as refused:
        form.add_error(None, str(refused))
    else:
        return True
    return False


def _render_form(
    request: MemberRequest, template: str, form: ViewForm, params: UserListParams, more: dict[str, Any]
) -> HttpResponse:
    context = {
        "form": form,
        "view": params.view,
        "why_not_shared": "" if "sharing" in form.fields else can_share_views(request.membership).reason,
        "cancel_url": params.url(request.organization.slug),
    }
    return render(request, template, context | more, status=form.status)


@member_required(Permission.PEOPLE_VIEW)
@require_POST
def saved_view_contents(request: MemberRequest, view_id: UUID) -> HttpResponse:
    """Save the current search, filters, sort and columns in a view."""
    params, seen = _params(request), request.POST.get("seen", "")
    try:
        view = replace_contents(actor=request.membership, view_id=view_id, contents=contents_of(params), seen=seen)
    except SavedView.DoesNotExist:
        raise Http404 from None
    except ViewChanged as changed:
        text = _("Someone else just changed %(name)s. Open it again to see it, or update it again to replace it.")
        messages.warning(request, text % {"name": changed.view.name})
    else:
        messages.success(request, _("%(name)s was updated.") % {"name": view.name})
    return _back(request, params)


@member_required(Permission.PEOPLE_VIEW)
@require_POST
def saved_view_default(request: MemberRequest) -> HttpResponse:
    """Open the Users page on the view `id` from now on, or on everyone without one."""
    params, view_id = _params(request), parse_uuid(request.POST.get("id", ""))
    try:
        set_default_view(actor=request.membership, view_id=view_id)
    except SavedView.DoesNotExist:
        raise Http404 from None
    if view_id:
        messages.success(request, _("This is now your default view."))
        return _back(request, params)
    messages.success(request, _("You no longer have a default view. The Users page shows everyone."))
    return _back(request, params)


@member_required(Permission.PEOPLE_VIEW)
@require_http_methods(FORM_METHODS)
def saved_view_deletion(request: MemberRequest, view_id: UUID) -> HttpResponse:
    """Delete a view, after a confirmation."""
    view, params = _visible(request, view_id), _params(request)
    require(can_change_view(request.membership, view))
    if request.method != "POST":
        context = {"saved": view, "view": params.view, "cancel_url": params.url(request.organization.slug)}
        return render(request, "console/saved_views/deletion.html", context | {"tone": "danger", "icon_name": "trash"})
    try:
        delete_view(actor=request.membership, view_id=view.pk)
    except SavedView.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("The view %(name)s was deleted.") % {"name": view.name})
    opens_view = default_view_id(request.membership) is not None
    return _back(request, UserListParams(opens_view=opens_view))
