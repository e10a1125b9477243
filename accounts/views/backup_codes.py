"""New backup codes: shown after they are generated, until the user has saved them (S-2)."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.next_url import get_next_url, with_next
from accounts.own_sign_in import own_sign_in_missing
from accounts.queries import count_backup_codes, has_two_factor
from accounts.requests import UserRequest
from accounts.second_factor_access import second_factor_required
from accounts.services import discard_new_codes, generate_backup_codes, keep_new_codes, new_codes
from accounts.views.two_factor_setup import STEPS


@require_http_methods(["GET", "HEAD", "POST"])
@second_factor_required
def backup_codes(request: UserRequest) -> HttpResponse:
    """Show the codes that were just generated. Otherwise ask whether to generate new ones, and do so."""
    if not has_two_factor(request.user):
        return redirect(with_next(reverse("two_factor_setup"), get_next_url(request)))
    is_reading = request.method != "POST" and new_codes(request.session)  # the first ones, of a new app
    if not is_reading and (missing := own_sign_in_missing(request)):
        return missing
    if request.method == "POST":
        keep_new_codes(request.session, generate_backup_codes(user=request.user))
        return redirect(with_next(reverse("backup_codes"), get_next_url(request)))
    if codes := new_codes(request.session):
        return _render_codes(request, codes)
    context = {"codes_left": count_backup_codes(request.user), "next": get_next_url(request)}
    return render(request, "account/backup_codes_generation.html", context)


@require_POST
@second_factor_required
def backup_codes_saved(request: UserRequest) -> HttpResponse:
    """Stop showing the codes, once the user confirms that they saved them."""
    codes = new_codes(request.session)
    if codes and not request.POST.get("saved"):
        return _render_codes(request, codes, error=_("Save the codes, then check this box."), status=422)
    discard_new_codes(request.session)
    if codes:
        messages.success(request, _("Your backup codes are ready."))
    return redirect(get_next_url(request))


@require_safe
@second_factor_required
def backup_codes_file(request: UserRequest) -> HttpResponse:
    """Return the codes that are shown as a text file."""
    codes = new_codes(request.session)
    if not codes:
        raise Http404
    context = {"codes": codes, "email": request.user.email, "platform_name": settings.PLATFORM_NAME}
    response = HttpResponse(render_to_string("account/backup_codes.txt", context), content_type="text/plain")
    response["Content-Disposition"] = 'attachment; filename="backup-codes.txt"'
    return response


def _render_codes(request: UserRequest, codes: list[str], *, error: str = "", status: int = 200) -> HttpResponse:
    context = {"steps": STEPS, "codes": codes, "error": error, "next": get_next_url(request)}
    return render(request, "account/backup_codes.html", context, status=status)
