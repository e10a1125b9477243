"""Where pages of the account lead afterwards."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


def next_url(request: HttpRequest, value: object = None, *, default: str = settings.LOGIN_REDIRECT_URL) -> str:
    """Return `value`, or else the request's `next`, if it is a page of this site. Otherwise return `default`."""
    target = value or request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME)
    hosts = {request.get_host()}
    is_ours = isinstance(target, str) and url_has_allowed_host_and_scheme(target, hosts, request.is_secure())
    return str(target) if is_ours else default


def url_with_next(name: str, target: str, *args: object) -> str:
    """Return the URL of the page `name`, which leads to `target` afterwards."""
    return f"{reverse(name, args=args)}?{urlencode({REDIRECT_FIELD_NAME: target})}"
