"""Pages that change second factors ask for one of them first, where the user has any."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.access import login_required
from accounts.next_url import get_next_url, with_next
from accounts.queries import has_two_factor
from accounts.requests import UserRequest
from accounts.services import has_used_factor


def needs_second_factor(request: UserRequest) -> bool:
    """Return whether the user has a second factor that this session hasn't used: then it may not change factors."""
    return not has_used_factor(request.session) and has_two_factor(request.user)


def second_factor_required(view: Callable) -> Callable:
    """Decorate a view for signed-in users: those with a second factor must have used it in this session.

    A session from before they had one, a remembered device or a password alone must not be enough to replace it.
    """

    @wraps(view)
    @login_required
    def wrapped(request: UserRequest, *args, **kwargs) -> HttpResponse:
        if needs_second_factor(request):
            page = with_next(request.path, get_next_url(request))
            return redirect(with_next(reverse("second_factor"), page))
        return view(request, *args, **kwargs)

    return wrapped
