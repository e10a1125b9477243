"""Which second factors a user has."""

from dataclasses import dataclass
from datetime import datetime

from django_otp_webauthn.models import WebAuthnCredential

from accounts.models import AuthenticatorApp, BackupCode, User


@dataclass(frozen=True)
class SecondFactors:
    """A user's confirmed second factors. `since` is when the oldest of them was added, None if there is none.

    Backup codes aren't a factor of their own: they replace one of these when it is lost.
    """

    app: bool = False
    passkeys: int = 0
    since: datetime | None = None

    def __bool__(self) -> bool:
        return self.app or self.passkeys > 0


NO_FACTORS = SecondFactors()


def get_second_factors(user: User) -> SecondFactors:
    """Return the user's second factors. Two queries."""
    apps = list(AuthenticatorApp.objects.filter(user=user, confirmed=True).values_list("created_at", flat=True))
    passkeys = list(WebAuthnCredential.objects.filter(user=user, confirmed=True).values_list("created_at", flat=True))
    return SecondFactors(bool(apps), len(passkeys), min([*apps, *passkeys], default=None))


def get_authenticator(user: User) -> AuthenticatorApp | None:
    """Return the user's confirmed authenticator app, or None."""
    return AuthenticatorApp.objects.filter(user=user, confirmed=True).first()


def count_backup_codes(user: User) -> int:
    """Return how many unused backup codes the user has."""
    return BackupCode.objects.filter(user=user, used_at=None).count()


def has_two_factor(user: User) -> bool:
    """Return whether the user has a confirmed second factor."""
    return bool(get_second_factors(user))
