"""Account preferences (U-1)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.forms import NameForm
from accounts.services import rename_user
from organizations.access import member_required
from organizations.queries import direct_roles_of
from organizations.requests import MemberRequest
from workspace import queries
from workspace.navigation import users_url


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def preferences(request: MemberRequest) -> HttpResponse:
    """Show and save the user's own name; link to the theme, the password and (section Workspace) team management."""
    form = NameForm(request.POST if request.method == "POST" else None, initial=_initial_names(request))
    if request.method == "POST" and form.is_valid():
        rename_user(user=request.user, **form.cleaned_data)
        messages.success(request, _("Your name was saved."))
        return redirect("preferences", request.organization.slug)
    users = users_url(request)
    context = {
        "form": form,
        "member": request.membership,
        "roles": direct_roles_of(request.membership),
        "users_url": users,
        "people": queries.people_counts(request.organization) if users else None,
    }
    return render(request, "workspace/preferences.html", context, status=422 if form.errors else 200)


def _initial_names(request: MemberRequest) -> dict[str, str]:
    return {"first_name": request.user.first_name, "last_name": request.user.last_name}
