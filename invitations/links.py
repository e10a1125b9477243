"""Invitation links: a signature over id and version, created on demand and never stored (I-6)."""

from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from invitations.models import Invitation


def _signer() -> Signer:
    current_key: str = settings.INVITATION_KEYS[0]
    older_keys: list[str | bytes] = list(settings.INVITATION_KEYS[1:])
    return Signer(key=current_key, fallback_keys=older_keys, sep=".", salt="invitations.accept")


def make_token(invitation: Invitation) -> str:
    """Return the invitation's current token: hex id, version and HMAC-SHA256, joined by dots."""
    return _signer().sign(f"{invitation.pk.hex}.{invitation.version}")


def read_token(token: str) -> tuple[UUID, int] | None:
    """Return the id and version in a token, or None if the signature is invalid."""
    try:
        key, version = _signer().unsign(token).split(".")
        return UUID(hex=key), int(version)
    except (BadSignature, ValueError):
        return None


def accept_url(invitation: Invitation) -> str:
    """Return the invitation's absolute link, built from BASE_URL and never from a request's Host header."""
    return settings.BASE_URL + reverse("invitation", args=[make_token(invitation)])
