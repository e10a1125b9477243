"""The welcome dialog, shown once at the first sign-in to an organization (J-4, J-5, J-6)."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from invitations.content import welcome_content
from organizations import pages
from organizations.access import member_required
from organizations.requests import MemberRequest
from organizations.services import mark_welcomed


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(before_welcome=True)
def welcome(request: MemberRequest) -> HttpResponse:
    """Show the dialog to members who haven't seen it. POST (Get started) redirects to their welcome page."""
    member = request.membership
    if request.method != "POST" and member.welcomed_at:
        return redirect(_page_url(request))
    content, page_key = welcome_content(member)
    if request.method != "POST":
        return render(request, "invitations/welcome.html", {"content": content})
    mark_welcomed(member=member)
    return redirect(_page_url(request, page_key))


def _page_url(request: MemberRequest, key: str = pages.HOMEPAGE) -> str:
    """Return the URL of the page with this key if the member may open it, else that of the Homepage."""
    slug = request.organization.slug
    urls = [page.url(slug) for page in pages.accessible_pages(request.permissions) if page.key == key]
    return urls[0] if urls else reverse("homepage", args=[slug])
