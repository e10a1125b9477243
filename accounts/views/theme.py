"""Views for the user's own settings, which apply in every organization."""

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.access import login_required
from accounts.forms import CsvSeparatorForm, ThemeForm
from accounts.models import CsvSeparator, Theme
from accounts.requests import UserRequest
from accounts.services import set_csv_separator, set_theme


@require_POST
@login_required
def theme(request: UserRequest) -> HttpResponse:
    """Save the theme.

    htmx gets an empty response, because the page already shows the theme. Other requests are redirected to the page
    they came from. An unknown theme gives 400.
    """
    form = ThemeForm(request.POST)
    if not form.is_valid():
        raise BadRequest("theme")
    set_theme(user=request.user, theme=Theme(form.cleaned_data["theme"]))
    return HttpResponse(status=204) if request.htmx else redirect(_previous_url(request))


@require_POST
@login_required
def csv_separator(request: UserRequest) -> HttpResponse:
    """Save what separates the columns in CSV files. Responds like theme()."""
    form = CsvSeparatorForm(request.POST)
    if not form.is_valid():
        raise BadRequest("separator")
    set_csv_separator(user=request.user, separator=CsvSeparator(form.cleaned_data["separator"]))
    return HttpResponse(status=204) if request.htmx else redirect(_previous_url(request))


def _previous_url(request: UserRequest) -> str:
    referer = request.META.get("HTTP_REFERER", "")
    hosts = {request.get_host()}
    if url_has_allowed_host_and_scheme(referer, allowed_hosts=hosts, require_https=request.is_secure()):
        return referer
    return settings.LOGIN_REDIRECT_URL
