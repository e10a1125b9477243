"""Privacy & security: the user's ways to sign in, sessions, remembered devices and rules (S-4)."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.own_sign_in import can_change_account
from accounts.queries.privacy import privacy_of
from accounts.services import find_browser
from organizations.access import member_required
from organizations.requests import MemberRequest
from workspace.rules import rules_that_apply


@require_safe
@member_required()
def privacy(request: MemberRequest) -> HttpResponse:
    """Show the page. Its forms post to /accounts/..., because they apply in every organization, and return here."""
    found = privacy_of(request.user, browser=find_browser(request, request.user))
    context = {
        **vars(found),
        "current_key": request.session.row.pk,  # type: ignore[attr-defined]
        "rules": rules_that_apply(request.memberships, timezone.now()),
        "next": request.path,
        "can_change": can_change_account(request),
    }
    return render(request, "workspace/privacy.html", context)
