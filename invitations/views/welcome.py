"""The welcome dialog: once, at the first sign-in to an organization (J-4, J-5, J-6)."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from invitations.offers import offer_taken
from organizations import pages
from organizations.access import member_required
from organizations.requests import MemberRequest
from organizations.services import mark_welcomed


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(before_welcome=True)
def welcome(request: MemberRequest) -> HttpResponse:
    """GET shows the dialog to who has not seen it; POST is its button and leads to the page chosen for them."""
    member = request.membership
    if request.method != "POST" and member.welcomed_at:
        return redirect(_landing(request))
    offer, page = offer_taken(member)
    if request.method != "POST":
        return render(request, "invitations/welcome.html", {"offer": offer})
    mark_welcomed(member=member)
    return redirect(_landing(request, page))


def _landing(request: MemberRequest, key: str = pages.HOMEPAGE) -> str:
    """The page of that key if it is there and the member may open it, else the Homepage, which every member may."""
    slug = request.organization.slug
    urls = [page.url(slug) for page in pages.accessible_pages(request.permissions) if page.key == key]
    return urls[0] if urls else reverse("homepage", args=[slug])
