"""The test console: plays a provider's requests in the sandbox and shows each step (C-6)."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from base.policies import RateLimited, require
from base.responses import limit_reached
from console.provisioning.connections import connection_or_404, provisioning_url
from organizations.access import member_required
from organizations.permissions import Permission
from organizations.policies import can
from organizations.requests import MemberRequest
from provisioning.sandbox.runs import FAILED, PASSED, SKIPPED, Report, last_report, run_sequence
from provisioning.sandbox.sequences import SEQUENCES


@member_required(Permission.SECURITY_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def provisioning_test(request: MemberRequest) -> HttpResponse:
    """Show the last run; run a sequence."""
    connection = connection_or_404(request)
    if request.method != "POST":
        return _render(request, connection.provider)
    require(can(request.membership, Permission.SECURITY_MANAGE))
    sequence = SEQUENCES.get(request.POST.get("sequence", ""))
    if sequence is None:
        return _render(request, connection.provider, error=_("Choose a sequence."), status=422)
    try:
        run_sequence(actor=request.membership, connection=connection, sequence=sequence)
    except RateLimited as limit:
        return limit_reached(_render(request, sequence.key, error=str(limit), status=429), limit)
    if request.htmx:
        return _render(request, sequence.key)
    return redirect(reverse("provisioning_test", args=[request.organization.slug]) + "#result")


def _render(request: MemberRequest, chosen: str, *, error: str = "", status: int = 200) -> HttpResponse:
    report = last_report(request.organization)
    slug = request.organization.slug
    context = {
        "options": [
            _option(sequence, report.key if report and not error else chosen) for sequence in SEQUENCES.values()
        ],
        "report": report and shown_report(report),
        "error": error,
        "can_manage": can(request.membership, Permission.SECURITY_MANAGE),
        "parents": [
            (_("Security"), reverse("security", args=[slug])),
            (_("Provisioning"), provisioning_url(request.organization)),
        ],
    }
    page = "console/provisioning/_test_result.html" if request.htmx else "console/provisioning/test.html"
    return render(request, page, context, status=status)


def _option(sequence: Any, chosen: str) -> dict[str, Any]:
    steps = ngettext("%(count)s step", "%(count)s steps", len(sequence.steps)) % {"count": len(sequence.steps)}
    return {"key": sequence.key, "name": sequence.name, "steps": steps, "is_chosen": sequence.key == chosen}


def shown_report(report: Report) -> dict[str, Any]:
    """Return what _test_result.html takes of a report."""
    return {
        "report": report,
        "at": datetime.fromisoformat(report.at),
        "passed": report.count(PASSED),
        "failed": report.count(FAILED),
        "skipped": report.count(SKIPPED),
        "text": report.to_text(),
    }
