"""Account preferences (U-1)."""

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import NameForm, TimeZoneForm
from accounts.services import rename_user, set_time_zone
from base.zones import COOKIE, zone_label, zone_named, zone_names
from organizations.access import member_required
from organizations.queries import direct_roles_of
from organizations.requests import MemberRequest
from workspace import queries
from workspace.navigation import users_url


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def preferences(request: MemberRequest) -> HttpResponse:
    """Show and save the user's own name; link to the theme, the password and (section Workspace) team management."""
    form = _name_form(request, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        rename_user(user=request.user, **form.cleaned_data)
        messages.success(request, _("Your name was saved."))
        return redirect("preferences", request.organization.slug)
    return _render(request, form, _time_zone_form(request))


@require_POST
@member_required()
def time_zone(request: MemberRequest) -> HttpResponse:
    """Save the user's time zone."""
    form = _time_zone_form(request, request.POST)
    if not form.is_valid():
        return _render(request, _name_form(request), form)
    set_time_zone(user=request.user, time_zone=form.cleaned_data["time_zone"])
    messages.success(request, _("Your time zone was saved."))
    return redirect("preferences", request.organization.slug)


def _render(request: MemberRequest, form: NameForm, zone_form: TimeZoneForm) -> HttpResponse:
    users = users_url(request)
    context = {
        "form": form,
        "zone_form": zone_form,
        "zone_names": zone_names(),
        "times_in": _times_in(),
        "member": request.membership,
        "roles": direct_roles_of(request.membership),
        "users_url": users,
        "people": queries.people_counts(request.organization) if users else None,
    }
    status = 422 if form.errors or zone_form.errors else 200
    return render(request, "workspace/preferences.html", context, status=status)


def _name_form(request: MemberRequest, data: QueryDict | None = None) -> NameForm:
    user = request.user
    return NameForm(data, initial={"first_name": user.first_name, "last_name": user.last_name})


def _time_zone_form(request: MemberRequest, data: QueryDict | None = None) -> TimeZoneForm:
    """Return the form. Its placeholder says what an empty field means: the zone that the browser names."""
    form = TimeZoneForm(data, initial={"time_zone": request.user.time_zone})
    browsers = request.COOKIES.get(COOKIE, "")
    text = _("Use %(zone)s (from this browser)") % {"zone": browsers} if zone_named(browsers) else _("Use UTC")
    form.fields["time_zone"].widget.attrs["placeholder"] = text
    return form


def _times_in() -> str:
    now = timezone.localtime()
    names = {"zone": timezone.get_current_timezone_name(), "time": f"{now:%H:%M}", "label": zone_label(now)}
    return _("Times are shown in %(zone)s, where it’s %(time)s %(label)s.") % names
