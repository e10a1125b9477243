"""What browsers delete when a user signs out."""

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

# Not "cookies": that would delete the known browser's cookie as well, so that the device is new again at the next
# sign-in, and the cookies of other installations on this host. SessionMiddleware deletes the session's cookie.
CLEARED = '"cache", "storage"'


@receiver(user_logged_out)
def _mark(sender: Any, request: HttpRequest | None, **kwargs: Any) -> None:
    if request is not None:
        request.has_signed_out = True  # type: ignore[attr-defined]


class SignOutMiddleware:
    """Let browsers delete what they have stored of this site, wherever a view signed the user out (ASVS 14.3.1)."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if getattr(request, "has_signed_out", False):
            response["Clear-Site-Data"] = CLEARED
        return response
