"""Reads of passkeys."""

from typing import Any

from django.utils.translation import gettext as _
from django_otp_webauthn.models import WebAuthnCredential, WebAuthnUserHandle

from accounts.aaguids import NAMES
from accounts.ceremonies import accepted_passkeys
from accounts.models import User

# The longest name of a passkey, in code points.
NAME_LIMIT = 64


def list_passkeys(user: User) -> list[WebAuthnCredential]:
    """Return the user's passkeys, oldest first."""
    return list(WebAuthnCredential.objects.filter(user=user, confirmed=True).order_by("created_at", "pk"))


def find_passkey(user: User, passkey_id: int) -> WebAuthnCredential | None:
    """Return one of the user's passkeys, or None if they have no such passkey."""
    return WebAuthnCredential.objects.filter(user=user, confirmed=True, pk=passkey_id).first()


def has_passkey(user: User) -> bool:
    """Return whether the user has a passkey."""
    return WebAuthnCredential.objects.filter(user=user, confirmed=True).exists()


def signal_accepted_passkeys(user: User) -> dict[str, Any]:
    """Return what tells a browser which of its passkeys for this user still work (Signal API)."""
    ids = [bytes(passkey.credential_id) for passkey in list_passkeys(user)]
    return accepted_passkeys(WebAuthnUserHandle.get_handle_for_user(user), ids)


def propose_name(user: User, aaguid: str) -> str:
    """Return a name for a new passkey that the user has for no other: "Bitwarden", "Passkey 2"."""
    name = NAMES.get(aaguid) or _("Passkey")
    taken = set(WebAuthnCredential.objects.filter(user=user).values_list("name", flat=True))
    numbered = (name if number == 1 else f"{name} {number}" for number in range(1, len(taken) + 2))
    return next(each for each in numbered if each not in taken)[:NAME_LIMIT]
