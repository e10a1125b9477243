"""The Provisioning page, its connection, its groups and its log."""

from collections.abc import Iterator

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.fresh import require_fresh_sign_in
from base.policies import Refused, require
from base.responses import htmx_redirect, is_htmx_fragment
from console.provisioning.connections import connection_or_404, provisioning_url
from console.provisioning.export import export_lines
from console.provisioning.forms import ConnectionForm
from console.provisioning.group_roles import read_changes
from console.provisioning.log import LogParams
from console.provisioning.page import ProvisioningPage
from organizations.access import member_required
from organizations.permissions import Permission
from organizations.policies import can
from organizations.queries.removals import Removal
from organizations.requests import MemberRequest
from organizations.undo import report_removal, undo_removal
from provisioning.queries.scim import connection_of
from provisioning.services.group_roles import map_group_roles
from provisioning.services.scim_tokens import connect

# The parts of the page that htmx replaces, by the id of their element.
FRAGMENTS = {
    "log-results": "console/provisioning/_log_results.html",
    "groups-results": "console/provisioning/_groups_results.html",
}


def render_page(request: MemberRequest, *, status: int = 200, form: ConnectionForm | None = None) -> HttpResponse:
    """Show the page. `form` has the errors of a provider that was chosen."""
    page = ProvisioningPage(request.membership, connection_of(request.organization), request.GET)
    fragment = FRAGMENTS.get(request.htmx.target or "") if is_htmx_fragment(request) and page.connection else None
    context = {"page": page, "connection": page.connection, "form": form or page.form, "is_fragment": bool(fragment)}
    response = render(request, fragment or "console/provisioning/provisioning.html", context, status=status)
    response["Vary"] = "HX-Request, HX-Target, Cookie"
    return response


@member_required(Permission.SECURITY_VIEW)
@require_safe
def provisioning(request: MemberRequest) -> HttpResponse:
    """Show the connection, or offer to connect. For htmx, return the log or the groups alone."""
    return render_page(request)


@member_required(Permission.SECURITY_VIEW)
@require_POST
def provisioning_connection(request: MemberRequest) -> HttpResponse:
    """Connect, or change the provider whose values are shown."""
    require(can(request.membership, Permission.SECURITY_MANAGE))
    require_fresh_sign_in(request)
    form = ConnectionForm(request.POST)
    if not form.is_valid():
        return render_page(request, status=422, form=form)
    is_new = connection_of(request.organization) is None
    connection = connect(
        actor=request.membership, organization=request.organization, provider=form.cleaned_data["provider"]
    )
    if is_new:
        messages.success(request, _("Connected. Now create a token, and enter the values in your identity provider."))
    else:
        messages.success(
            request, _("Showing the values for %(provider)s.") % {"provider": connection.get_provider_display()}
        )
    return htmx_redirect(request, provisioning_url(request.organization))


@member_required(Permission.SECURITY_VIEW)
@require_POST
def provisioning_roles(request: MemberRequest) -> HttpResponse:
    """Save the roles of the provider's groups."""
    require(can(request.membership, Permission.SECURITY_MANAGE))
    connection_or_404(request)
    require_fresh_sign_in(request)
    try:
        changed = map_group_roles(actor=request.membership, changes=read_changes(request))
    except Refused as refusal:
        messages.error(request, _("No roles were changed.") + " " + str(refusal))
    else:
        text = ngettext("Role saved for %(count)s group.", "Roles saved for %(count)s groups.", len(changed))
        done = text % {"count": len(changed)} if changed else _("The roles had already been saved.")
        taken = frozenset((change.group.pk, role.pk) for change in changed for role in change.remove)
        url = reverse("provisioning_roles_undo", args=[request.organization.slug])
        report_removal(request, done, Removal(group_roles=taken), url)
    return redirect(provisioning_url(request.organization) + "#groups")


@member_required(Permission.SECURITY_VIEW)
@require_POST
def provisioning_roles_undo(request: MemberRequest) -> HttpResponse:
    """Undo the removal of roles that this page has just reported (U-22)."""
    require(can(request.membership, Permission.SECURITY_MANAGE))
    require_fresh_sign_in(request)
    undo_removal(request)
    return htmx_redirect(request, provisioning_url(request.organization) + "#groups")


@member_required(Permission.SECURITY_VIEW)
@require_safe
def provisioning_log_export(request: MemberRequest) -> StreamingHttpResponse:
    """Return the log as CSV, with the filters of the page."""
    params = LogParams.from_querydict(request.GET, request.organization)
    lines: Iterator[str] = iter(())
    if request.method == "GET":
        lines = export_lines(request.organization, params, request.user.csv_separator)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"{request.organization.slug}-provisioning-{timezone.now():%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
