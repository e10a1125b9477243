"""Views for signed-in users, of any organization or none."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from base.responses import page_url


def login_required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorate a view for signed-in users. Others are redirected to the sign-in page.

    Unlike Django's, it leads back to the page of a form that was submitted: where the form was sent to may not be a
    page.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(page_url(request, request.get_full_path()))
        return view(request, *args, **kwargs)

    return wrapped
