"""What a user sets for themselves, whatever the organization."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.forms import ThemeForm
from accounts.models import Theme
from accounts.requests import UserRequest
from accounts.services import set_theme


@require_POST
@login_required
def theme(request: UserRequest) -> HttpResponse:
    """Keeps the theme. htmx, which has it on already, gets nothing; else back to the page that asked. 400: no theme."""
    form = ThemeForm(request.POST)
    if not form.is_valid():
        raise BadRequest("theme")
    set_theme(user=request.user, theme=Theme(form.cleaned_data["theme"]))
    return HttpResponse(status=204) if request.htmx else redirect(_back(request))


def _back(request: UserRequest) -> str:
    came_from = request.META.get("HTTP_REFERER", "")
    ours = {request.get_host()}
    if url_has_allowed_host_and_scheme(came_from, allowed_hosts=ours, require_https=request.is_secure()):
        return came_from
    return settings.LOGIN_REDIRECT_URL
