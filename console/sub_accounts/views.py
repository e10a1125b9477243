"""The Sub-accounts page: list, create and rename (A-2)."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.once import once
from accounts.services.sign_in import SignIns
from base.policies import require
from base.responses import htmx_redirect
from console.sub_accounts.forms import NameForm, SubAccountForm
from console.sub_accounts.page import build_rows
from organizations.access import member_required
from organizations.models import Organization, Scheme
from organizations.permissions import Permission
from organizations.policies import can_create_sub_account, can_rename_sub_account, opens_new_organizations
from organizations.queries import place_of, sub_account_in
from organizations.requests import MemberRequest
from organizations.services import SlugTaken, create_sub_account, rename_sub_account


@require_safe
@member_required(Permission.SUB_ACCOUNTS_MANAGE)
def sub_accounts(request: MemberRequest) -> HttpResponse:
    """List the organizations under this one as a tree."""
    rows = build_rows(request, timezone.now())
    context = {
        "rows": rows,
        "number": len(rows) - 1,
        "can_create": can_create_sub_account(request.membership, place_of(request.organization)),
    }
    return render(request, "console/sub_accounts/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.SUB_ACCOUNTS_MANAGE)
@once
def sub_account_new(request: MemberRequest) -> HttpResponse:
    """Create a sub-account. Its creator is its first Admin."""
    parent = request.organization
    require(can_create_sub_account(request.membership, place_of(parent)))
    require(opens_new_organizations(own_sign_in=SignIns.of(request.session).own))
    form = SubAccountForm(request.POST if request.method == "POST" else None, parent=parent)
    if form.is_bound and form.is_valid() and (created := _create(request, form)):
        text = _("%(name)s was created, and you’re its Admin. Open it to invite people.")
        messages.success(request, text % {"name": created.name})
        return htmx_redirect(request, _list_url(request))
    context = {"form": form, "cancel_url": _list_url(request)}
    return render(request, "console/sub_accounts/new.html", context, status=422 if form.is_bound else 200)


def _create(request: MemberRequest, form: SubAccountForm) -> Organization | None:
    """Create the sub-account and return it. Return None with an error in the form if it fails."""
    data = form.cleaned_data
    try:
        admin = create_sub_account(
            actor=request.membership, name=data["name"], slug=data["slug"], scheme=Scheme(data["scheme"])
        )
    except SlugTaken as error:
        form.add_error("slug", str(error))
        return None
    except ValidationError as error:
        form.add_error(None, error)
        return None
    return admin.organization


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.SUB_ACCOUNTS_MANAGE)
def sub_account_name(request: MemberRequest, sub_account_id: UUID) -> HttpResponse:
    """Rename a direct sub-account."""
    child = sub_account_in(request.organization, sub_account_id)
    if child is None:
        raise Http404
    require(can_rename_sub_account(request.membership, child))
    form = NameForm(request.POST if request.method == "POST" else None, initial={"name": child.name})
    if form.is_bound and form.is_valid():
        names = {"old": child.name, "new": form.cleaned_data["name"]}
        if rename_sub_account(actor=request.membership, child=child, name=names["new"]):
            messages.success(request, _("%(old)s was renamed to %(new)s.") % names)
        return htmx_redirect(request, _list_url(request))
    context = {"form": form, "child": child, "cancel_url": _list_url(request)}
    return render(request, "console/sub_accounts/name.html", context, status=422 if form.is_bound else 200)


def _list_url(request: MemberRequest) -> str:
    return reverse("sub_accounts", args=[request.organization.slug])
