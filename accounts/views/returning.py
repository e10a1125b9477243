"""Where a view of the user's own account returns to."""

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def get_next_url(request: HttpRequest, default: str = settings.LOGIN_REDIRECT_URL) -> str:
    """Return the parameter `next` if it is a URL of this site, else `default`."""
    url = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME, "")
    return url if url_has_allowed_host_and_scheme(url, {request.get_host()}, request.is_secure()) else default
