"""Template variables for every page: the platform, the theme and the navigation."""

from django.conf import settings
from django.http import HttpRequest

from base.brands import brand_of_page


def site(request: HttpRequest) -> dict:
    """Return `brand` with its `platform_name`, `demo`, `theme` and what the page frame shows.

    Inside an organization, the access decorator sets organization, permissions, memberships, navigation and
    two_factor_deadline on the request. `navigation` is a callable, so that a fragment without the frame doesn't compute
    it.
    """
    brand = brand_of_page(request)
    return {
        "platform_name": brand.platform_name,
        "brand": brand,
        "demo": settings.DEMO,
        "theme": getattr(getattr(request, "user", None), "theme", "system"),
        "organization": getattr(request, "organization", None),
        "permissions": getattr(request, "permissions", frozenset()),
        "memberships": getattr(request, "memberships", ()),
        "navigation": getattr(request, "navigation", ()),
        "two_factor_deadline": getattr(request, "two_factor_deadline", None),
    }
