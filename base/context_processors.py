"""What every page of ours may show: the platform, the theme, where one can go."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict:
    """Takes the request. Gives `platform_name`, `demo`, `theme`, and what the app's frame shows.

    Inside an organization the access decorator leaves organization, permissions, memberships and navigation on the
    request; `navigation` is a callable, so that a fragment without a frame does not pay for it.
    """
    return {
        "platform_name": settings.PLATFORM_NAME,
        "demo": settings.DEMO,
        "theme": getattr(getattr(request, "user", None), "theme", "system"),
        "organization": getattr(request, "organization", None),
        "permissions": getattr(request, "permissions", frozenset()),
        "memberships": getattr(request, "memberships", ()),
        "navigation": getattr(request, "navigation", ()),
    }
