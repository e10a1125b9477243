"""The page "Datasets" (A-3)."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from organizations.access import member_required
from organizations.permissions import Permission
from organizations.requests import MemberRequest


@require_safe
@member_required(Permission.DATASETS_VIEW)
def datasets(request: MemberRequest) -> HttpResponse:
    """Show the page."""
    return render(request, "workspace/datasets/list.html")
