"""The link in the mail: a signature over id and version, made when it is needed and never stored (I-6)."""

from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from invitations.models import Invitation


def _signer() -> Signer:
    first: str = settings.INVITATION_KEYS[0]
    older: list[str | bytes] = list(settings.INVITATION_KEYS[1:])
    return Signer(key=first, fallback_keys=older, sep=".", salt="invitations.accept")


def token_of(invitation: Invitation) -> str:
    """The invitation's current token: hex id, version and HMAC-SHA256, joined by dots."""
    return _signer().sign(f"{invitation.pk.hex}.{invitation.version}")


def read_token(token: str) -> tuple[UUID, int] | None:
    """The id and version that a token was signed for; None for one that we did not sign."""
    try:
        key, version = _signer().unsign(token).split(".")
        return UUID(hex=key), int(version)
    except (BadSignature, ValueError):
        return None


def accept_url(invitation: Invitation) -> str:
    """The absolute link to the invitation, from BASE_URL and never from a request's Host header."""
    return settings.BASE_URL + reverse("invitation", args=[token_of(invitation)])
