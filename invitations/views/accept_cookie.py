"""Where the token is between the link in the mail and the button: a signed cookie that only these pages get."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from invitations.queries import Link, LinkState, link_of

NAME = "invitation"
PATH = "/invitations/"
SALT = "invitations.cookie"
SECONDS = 3600


def remember(response: HttpResponse, token: str) -> HttpResponse:
    """Puts the token into the answer's cookie; a link followed later takes its place."""
    response.set_signed_cookie(
        NAME,
        token,
        salt=SALT,
        max_age=SECONDS,
        path=PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def followed(request: HttpRequest) -> Link:
    """The link that this browser followed last, as it stands now; unknown without a cookie of ours."""
    token = request.get_signed_cookie(NAME, default="", salt=SALT, max_age=SECONDS)
    return link_of(token) if token else Link(LinkState.UNKNOWN)
