"""Storage of the token between the link and the Accept button: a signed cookie that only these pages receive."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from invitations.queries import Link, LinkState, find_link

PATH = "/invitations/"
SALT = "invitations.cookie"
SECONDS = 3600


def store_token(response: HttpResponse, token: str) -> HttpResponse:
    """Store the token in the response's cookie, replacing that of an earlier link."""
    response.set_signed_cookie(
        settings.INVITATION_COOKIE_NAME,
        token,
        salt=SALT,
        max_age=SECONDS,
        path=PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def stored_link(request: HttpRequest) -> Link:
    """Return the current state of the link that this browser opened last; UNKNOWN without our cookie."""
    token = request.get_signed_cookie(settings.INVITATION_COOKIE_NAME, default="", salt=SALT, max_age=SECONDS)
    return find_link(token) if token else Link(LinkState.UNKNOWN)
