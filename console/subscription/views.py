"""The page "Subscription"."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from console.subscription.page import build_seats
from organizations.access import member_required
from organizations.permissions import Permission
from organizations.policies import can
from organizations.requests import MemberRequest


@require_safe
@member_required(Permission.BILLING_VIEW)
def subscription(request: MemberRequest) -> HttpResponse:
    """Show the plan, the seats in use and their history."""
    context = {
        "seats": build_seats(request.membership, timezone.now()),
        "operator": settings.OPERATOR_EMAIL,
        "can_ask": can(request.membership, Permission.BILLING_MANAGE),
    }
    return render(request, "console/subscription/subscription.html", context)
