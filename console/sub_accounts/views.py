"""The page "Sub-accounts"."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from organizations.access import member_required
from organizations.permissions import Permission
from organizations.requests import MemberRequest


@require_safe
@member_required(Permission.SUB_ACCOUNTS_MANAGE)
def sub_accounts(request: MemberRequest) -> HttpResponse:
    """Show the page."""
    return render(request, "console/sub_accounts/page.html")
