"""Deleting the connection, with a choice of what happens to its members (C-6)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.fresh import fresh_sign_in_required
from base.responses import htmx_redirect
from console.bulk.services import IMMEDIATE_LIMIT
from console.bulk.worker import process
from console.provisioning.connections import connection_or_404, provisioning_url
from console.provisioning.forms import DisconnectForm
from console.provisioning.services import disconnect_and_remove
from organizations.access import member_required
from organizations.permissions import Permission
from organizations.requests import MemberRequest
from provisioning.models import ScimConnection
from provisioning.queries.scim import count_managed, count_without_user
from provisioning.services.disconnecting import disconnect

# Members that can’t be removed in this time are left to a worker.
REQUEST_SECONDS = 8.0


@member_required(Permission.SECURITY_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
def provisioning_deletion(request: MemberRequest) -> HttpResponse:
    """Ask what happens to the members, then delete the connection."""
    connection = connection_or_404(request)
    counts = count_managed(request.organization)
    form = DisconnectForm(request.POST if request.method == "POST" else None, number=str(counts.members))
    if request.method == "POST" and not counts.members:
        return _keep(request, connection)
    if form.is_valid():
        if form.cleaned_data["members"] == DisconnectForm.KEEP:
            return _keep(request, connection)
        return _remove(request, connection)
    context = {
        "form": form,
        "connection": connection,
        "counts": counts,
        "without_user": count_without_user(request.organization),
        "cancel_url": provisioning_url(request.organization),
        "tone": "danger",
        "icon_name": "trash",
    }
    return render(request, "console/provisioning/deletion.html", context, status=422 if form.is_bound else 200)


def _keep(request: MemberRequest, connection: ScimConnection) -> HttpResponse:
    try:
        result = disconnect(actor=request.membership, connection=connection)
    except ScimConnection.DoesNotExist:
        return _gone(request)
    messages.success(
        request, _("The connection to %(provider)s was deleted.") % {"provider": connection.get_provider_display()}
    )
    if result.pending:
        text = ngettext(
            "%(count)s member who hasn’t signed in yet is now pending. Resend their invitation to invite them.",
            "%(count)s members who haven’t signed in yet are now pending. Resend their invitations to invite them.",
            result.pending,
        )
        messages.info(request, text % {"count": result.pending})
    return htmx_redirect(request, provisioning_url(request.organization))


def _remove(request: MemberRequest, connection: ScimConnection) -> HttpResponse:
    try:
        _result, action = disconnect_and_remove(actor=request.membership, connection=connection)
    except ScimConnection.DoesNotExist:
        return _gone(request)
    if action.total <= IMMEDIATE_LIMIT:
        process(action.pk, limit=IMMEDIATE_LIMIT + 1, seconds=REQUEST_SECONDS)
    messages.success(
        request, _("The connection to %(provider)s was deleted.") % {"provider": connection.get_provider_display()}
    )
    return htmx_redirect(request, reverse("users_bulk_result", args=[request.organization.slug, action.pk]))


def _gone(request: MemberRequest) -> HttpResponse:
    messages.info(request, _("Someone already deleted the connection."))
    return htmx_redirect(request, provisioning_url(request.organization))
