""" "This wasn't me", the link in security notices (S-8)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.emails import describe_event, facts_of
from accounts.links import InvalidLink, read_not_me
from accounts.models import User
from accounts.queries import address_of, find_rejection, get_own_entry
from accounts.services import reject_event
from accounts.views.links import invalid_link, link_problem


@require_http_methods(["GET", "HEAD", "POST"])
def not_me(request: HttpRequest, token: str) -> HttpResponse:
    """Show what happened and what the button does. GET changes nothing, because email scanners open every link."""
    try:
        entry_id, user_id = read_not_me(token)
        user = User.objects.get(pk=user_id)
        entry = get_own_entry(entry_id, user)
        if entry is not None and request.method == "POST":
            reject_event(user=user, entry=entry)
            return redirect(request.path)
    except InvalidLink:
        return invalid_link(request)
    except User.DoesNotExist:
        return link_problem(
            request, _("This account no longer exists"), _("It was deleted, so there’s nothing left to secure."), 410
        )
    if entry is None:
        return invalid_link(request)
    context = {
        "email": user.email,
        "address": address_of(entry, user),
        "sentence": describe_event(entry),
        "facts": facts_of(entry, user.time_zone),
        "action": entry.action,
        "by_user": entry.actor_id == user.pk,
        "rejection": find_rejection(user, entry),
    }
    return render(request, "account/not_me.html", context)
