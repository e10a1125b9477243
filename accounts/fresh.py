"""Fresh sign-in: sensitive actions ask who it is if that was last proven too long ago (S-7).

A view calls require_fresh_sign_in(), or is decorated with fresh_sign_in_required. The middleware then keeps the request
and redirects to the page that asks; after the confirmation, that page runs the request.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.services.sign_in import CONFIRMED_AT, SSO_CONFIRMED_AT, SignIns


class FreshSignInRequired(Exception):  # noqa: N818 - not an error
    """The action needs a fresh sign-in. accounts.middleware.FreshSignInMiddleware asks for it."""


def is_fresh(request: Any, *, organization_id: str = "") -> bool:
    """Return whether the user has proven who they are in the last FRESH_SIGN_IN_MINUTES.

    For a page of an organization (by default that of the request), its identity provider may have confirmed it.
    """
    organization = getattr(request, "organization", None)
    key = organization_id or (str(organization.pk) if organization else "")
    confirmed_at = max(_own_confirmation(request.session), request.session.get(SSO_CONFIRMED_AT, {}).get(key, 0))
    return timezone.now().timestamp() - confirmed_at < settings.FRESH_SIGN_IN_MINUTES * 60


def _own_confirmation(session: Any) -> float:
    """Return when the user last proved who they are by their own password or factor, by default by signing in."""
    confirmed_at = session.get(CONFIRMED_AT)
    if confirmed_at is None and SignIns.of(session).own:
        row = session.row
        confirmed_at = row.signed_in_at.timestamp() if row and row.signed_in_at else 0
    return confirmed_at or 0


def require_fresh_sign_in(request: HttpRequest) -> None:
    """Raise FreshSignInRequired unless the sign-in is fresh. Call it after checking permissions, before any change."""
    if not is_fresh(request):
        raise FreshSignInRequired


def fresh_sign_in_required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorate a view whose POST needs a fresh sign-in. Put it below login_required or member_required.

    Pages that show secrets call require_fresh_sign_in() for GET as well.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            require_fresh_sign_in(request)
        return view(request, *args, **kwargs)

    return wrapped
