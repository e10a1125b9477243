"""The response with a member's page."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from console.member.profile.page import ProfilePage


def render_profile(page: ProfilePage, *, status: int = 200, **context: Any) -> HttpResponse:
    """Render the page: a drawer for htmx. `context` has what happened, as its templates describe."""
    request, member = page.action.request, page.member
    view = request.GET.get("view", "")
    context |= {
        "page": page,
        "member": member,
        "view": view,
        "query": "?" + urlencode({"view": view}) if view else "",
        "close_url": page.action.list_url,
        "base": reverse("user_profile", args=[request.organization.slug, member.pk]),
    }
    return render(request, "console/member/profile.html", context, status=status)
