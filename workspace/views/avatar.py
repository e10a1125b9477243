"""The user's own picture (U-1)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.services import remove_avatar, set_avatar
from organizations.access import member_required
from organizations.requests import MemberRequest
from workspace.forms import AvatarForm


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def avatar(request: MemberRequest) -> HttpResponse:
    """Show the form for a picture, and save one. Bad files give 422 with the reason."""
    is_post = request.method == "POST"
    form = AvatarForm(request.POST, request.FILES, request=request) if is_post else AvatarForm(request=request)
    if is_post and form.is_valid():
        set_avatar(user=request.user, picture=form.cleaned_data["picture"])
        messages.success(request, _("Your picture was saved."))
        return redirect("preferences", request.organization.slug)
    return render(request, "workspace/avatar.html", {"avatar_form": form}, status=422 if is_post else 200)


@require_POST
@member_required()
def avatar_removal(request: MemberRequest) -> HttpResponse:
    """Remove the picture. Initials take its place."""
    remove_avatar(user=request.user)
    messages.success(request, _("Your picture was removed."))
    return redirect("preferences", request.organization.slug)
