"""The brand of an organization (A-2)."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve

from base.brands import Brand, set_page_brand
from base.colors import parse_color
from organizations.models import Organization
from organizations.queries import membership_at


def platform_name_of(organization: Organization) -> str:
    """Return what the organization calls the platform."""
    return organization.platform_name or settings.PLATFORM_NAME


def brand_of(organization: Organization) -> Brand:
    """Return how the organization looks in emails and on pages. No query."""
    return Brand(
        organization=organization.name,
        platform_name=platform_name_of(organization),
        color=parse_color(organization.brand_color) or "",
        from_name=organization.from_name,
        reply_to=organization.reply_to,
        logo=organization.logo or None,
    )


def show_brand(request: HttpRequest, organization: Organization) -> None:
    """Show the request's pages in the organization's brand."""
    set_page_brand(request, brand_of(organization))


def show_brand_at(request: HttpRequest, url: str) -> None:
    """Set the brand of the organization in the URL's path, if the user is a member."""
    try:
        slug = resolve(url.partition("?")[0]).kwargs.get("slug", "")
    except Resolver404:
        return
    member = membership_at(request.user, slug) if slug and request.user.is_authenticated else None
    if member:
        show_brand(request, member.organization)
