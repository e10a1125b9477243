"""Where an account page leads when it is done."""

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme, urlencode


def get_next_url(request: HttpRequest) -> str:
    """Return the parameter `next` if it is a path of this site, else the start page."""
    target = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME, "")
    if url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        return target
    return settings.LOGIN_REDIRECT_URL


def with_next(url: str, next_url: str) -> str:
    """Return the URL of a page that leads to `next_url` when it is done."""
    if next_url == settings.LOGIN_REDIRECT_URL:
        return url
    return f"{url}?{urlencode({REDIRECT_FIELD_NAME: next_url})}"
