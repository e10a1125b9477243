"""What every page of ours may show: the platform, the theme, where one can go."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def _look(organization: Any) -> tuple:
    return (organization.name, organization.slug, organization.logo.name) if organization else ()


def frame_key(request: HttpRequest) -> tuple:
    """Every fact that ui/frame.html shows."""
    user, navigation = request.user, getattr(request, "navigation", tuple)()
    return (
        *(getattr(user, name, "") for name in ("pk", "name", "email", "theme")),
        _look(getattr(request, "organization", None)),
        "people.view" in getattr(request, "permissions", ()),
        tuple(_look(member.organization) for member in getattr(request, "memberships", ())),
        tuple((entry["url"], entry["icon"], entry["current"]) for part in navigation for entry in part["items"]),
    )


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
        "frame_key": lambda: frame_key(request),
    }
