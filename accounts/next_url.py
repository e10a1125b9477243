"""Where an account page leads when it is done: the parameter `next`."""

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme, urlencode


def get_next_url(request: HttpRequest, default: str = settings.LOGIN_REDIRECT_URL, *, value: object = None) -> str:
    """Return `value` (of a JSON body), or else the parameter `next`, if it is a path of this site, else `default`."""
    target = value or request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME)
    is_path = isinstance(target, str) and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return str(target) if is_path else default


def with_next(url: str, next_url: str) -> str:
    """Return the URL of a page that leads to `next_url` when it is done."""
    if next_url == settings.LOGIN_REDIRECT_URL:
        return url
    return f"{url}?{urlencode({REDIRECT_FIELD_NAME: next_url})}"
