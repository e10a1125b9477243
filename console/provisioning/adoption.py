"""Approving and refusing adoption requests, one or many (C-3)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.fresh import require_fresh_sign_in
from base.ids import parse_uuid
from base.policies import require
from console.provisioning.connections import connection_or_404, provisioning_url
from organizations.access import member_required
from organizations.permissions import Permission
from organizations.policies import can
from organizations.requests import MemberRequest
from provisioning.models import AdoptionRequest
from provisioning.queries.scim import open_requests
from provisioning.services.adoption import AdoptionAnswers, approve_adoption, refuse_adoption

# The most requests that one submit answers: each member is locked until all are done.
MAX_ANSWERS = 200


@member_required(Permission.SECURITY_VIEW)
@require_POST
def provisioning_adoption(request: MemberRequest) -> HttpResponse:
    """Answer the chosen requests: those that are ticked, all of them, or the one whose button was pressed."""
    require(can(request.membership, Permission.SECURITY_MANAGE))
    connection = connection_or_404(request)
    require_fresh_sign_in(request)
    approves, chosen, left = _read(request)
    url = provisioning_url(request.organization) + "#adoption"
    if not chosen and not left:
        messages.warning(request, _("Select requests first."))
        return redirect(url)
    answer = approve_adoption if approves else refuse_adoption
    answers = answer(actor=request.membership, requests=chosen)
    _report(request, answers, connection.label, approves=approves)
    if left:
        messages.info(request, _("More requests are waiting. Select them to answer them, too."))
    return redirect(url)


def _read(request: MemberRequest) -> tuple[bool, list[AdoptionRequest], bool]:
    """Return whether to approve, the chosen requests, and whether there are more of them than one submit answers."""
    found = open_requests(request.organization)
    for name in ("approve", "refuse"):
        if key := parse_uuid(request.POST.get(name, "")):
            return name == "approve", list(found.filter(pk=key)), False
    approves = request.POST.get("answer") == "approve"
    if request.POST.get("all") != "1":
        keys = [key for value in request.POST.getlist("adopt") if (key := parse_uuid(value))]
        found = found.filter(pk__in=keys[:MAX_ANSWERS])
    rows = list(found[: MAX_ANSWERS + 1])
    return approves, rows[:MAX_ANSWERS], len(rows) > MAX_ANSWERS


def _report(request: MemberRequest, answers: AdoptionAnswers, provider: str, *, approves: bool) -> None:
    count = len(answers.answered)
    if count and approves:
        text = ngettext("%(provider)s now manages %(name)s.", "%(provider)s now manages %(count)s members.", count)
        messages.success(request, text % {"provider": provider, "name": answers.answered[0].name, "count": count})
    elif count:
        text = ngettext("%(name)s stays manually managed.", "%(count)s members stay manually managed.", count)
        messages.success(request, text % {"name": answers.answered[0].name, "count": count})
    for reason in list(answers.refused.values())[:3]:
        messages.error(request, reason)
    if len(answers.refused) > 3:
        others = len(answers.refused) - 3
        text = ngettext("%(count)s more request wasn’t approved.", "%(count)s more requests weren’t approved.", others)
        messages.error(request, text % {"count": others})
    if not count and not answers.refused:
        messages.info(request, _("Someone already answered. No changes were made."))
