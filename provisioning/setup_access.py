"""Access to the pages of a setup link: its token is in a cookie that only these pages receive (O-6)."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from base.policies import Refused
from provisioning.models import SetupIntent, SetupLink
from provisioning.policies.setup_links import can_use_setup_link
from provisioning.queries.setup_links import find_setup_link
from provisioning.services.setup_links import touch_setup_link

SALT = "provisioning.setup_link"
# Opening the link again starts this time again, as long as the link works.
COOKIE_SECONDS = 8 * 3600


class SetupRequest(HttpRequest):
    """The request of a view decorated with setup_link_required(). Only a type: it is never instantiated."""

    setup_link: SetupLink
    htmx: Any


def store_token(response: HttpResponse, link: SetupLink, token: str) -> HttpResponse:
    """Put the token into a cookie for the pages of this link, so that several links work beside each other."""
    response.set_signed_cookie(
        settings.SETUP_COOKIE_NAME,
        token,
        salt=SALT,
        max_age=COOKIE_SECONDS,
        path=reverse("setup_page", args=[link.pk]),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def get_setup_link(request: HttpRequest, link_id: UUID) -> SetupLink | None:
    """Return the link that this browser has opened, whether it still works or not."""
    token = request.get_signed_cookie(settings.SETUP_COOKIE_NAME, default="", salt=SALT, max_age=COOKIE_SECONDS)
    return find_setup_link(token, link_id) if token else None


def setup_link_required(*intents: SetupIntent) -> Callable:
    """Decorate a view of a setup link's pages, below /setup/<link_id>/. Sets request.setup_link.

    Browsers that haven't opened the link, and links of other intents, get 404. Links that have ended get 410 with the
    reason, also when they end during the request. The pages aren't cached.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def wrapped(request: SetupRequest, link_id: UUID, *args: Any, **kwargs: Any) -> HttpResponse:
            response = _respond(view, intents, request, link_id, args, kwargs)
            add_never_cache_headers(response)
            return response

        return wrapped

    return decorate


def _respond(
    view: Callable[..., HttpResponse],
    intents: Sequence[SetupIntent],
    request: SetupRequest,
    link_id: UUID,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> HttpResponse:
    link = get_setup_link(request, link_id)
    if link is None or (intents and link.intent not in intents):
        return render_unknown(request)
    if reason := ended_reason(link):
        return render_ended(request, reason)
    request.setup_link = link
    touch_setup_link(link=link)
    try:
        return view(request, *args, **kwargs)
    except Refused:
        link = get_setup_link(request, link_id)
        if reason := ended_reason(link):
            return render_ended(request, reason)
        raise


def ended_reason(link: SetupLink | None) -> str:
    """Return why the link no longer works, "" if it does."""
    if link is None:
        return _("This link no longer works. Ask the person who sent it for a new one.")
    return can_use_setup_link(link, timezone.now()).reason


def render_unknown(request: HttpRequest) -> HttpResponse:
    """Render the page for a browser without a link: 404, the same for all reasons."""
    text = _("This link is incomplete, or was opened in another browser. Open it again from the message you got.")
    return render(request, "provisioning/setup/ended.html", {"reason": text}, status=404)


def render_ended(request: HttpRequest, reason: str) -> HttpResponse:
    """Render the page for a link that has ended: 410 with the reason."""
    return render(request, "provisioning/setup/ended.html", {"reason": reason}, status=410)
