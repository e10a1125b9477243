"""Second factors: authenticator apps and backup codes. Passkeys are django_otp_webauthn.WebAuthnCredential (S-2)."""

import logging
import secrets
import time
from base64 import b32decode, b32encode

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import models
from django_otp.models import Device, ThrottlingMixin, TimestampMixin
from django_otp.oath import TOTP

from base.encryption import EncryptedField, Undecryptable
from base.ids import uuid7

logger = logging.getLogger(__name__)

# RFC 6238: the time step, and the steps before and after the current one whose codes are accepted.
STEP_SECONDS, TOLERANCE, DIGITS = 30, 1, 6
# Longest wait that wrong codes cause for the app itself. accounts.services.second_factor limits strangers for longer,
# without locking out the owner.
MAX_WAIT_SECONDS = 30


def new_secret() -> str:
    """Return a random key of 20 bytes (RFC 4226, 4) in base 32, as apps show it."""
    return b32encode(secrets.token_bytes(20)).decode()


class AuthenticatorApp(TimestampMixin, ThrottlingMixin, Device):
    """An authenticator app (TOTP, RFC 6238). Unlike django_otp's TOTPDevice, its key is encrypted in the database.

    `last_step` is the time step of the last accepted code: no code is accepted twice. `drift` is how many steps the
    phone's clock differs from ours.
    """

    secret = EncryptedField(default=new_secret)
    last_step = models.BigIntegerField(default=-1)
    drift = models.SmallIntegerField(default=0)

    def verify_token(self, token: str) -> bool:
        """Return whether the code is right and new. Call it with the row locked.

        After wrong codes, django_otp's throttling also refuses right ones for a while. Without the encryption key, no
        code can be checked: the user needs a backup code or a reset, and the operator the key.
        """
        if not self.verify_is_allowed()[0]:
            return False
        if not self.accept(token):
            self.throttle_increment(commit=True)
            return False
        self.throttle_reset(commit=False)
        self.set_last_used_timestamp(commit=False)
        self.save()
        return True

    def accept(self, token: str, tolerance: int = TOLERANCE) -> bool:
        """Return whether the code is right and new, and set its step and the drift. Saves and throttles nothing."""
        if isinstance(self.secret, Undecryptable):
            logger.error("The key of authenticator app %s can't be decrypted: check ENCRYPTION_KEYS.", self.pk)
            return False
        totp = TOTP(b32decode(self.secret), STEP_SECONDS, 0, DIGITS, self.drift)
        totp.time = time.time()
        if not (token.isascii() and token.isdigit() and totp.verify(int(token), tolerance, self.last_step + 1)):
            return False
        self.last_step, self.drift = totp.t(), totp.drift
        return True

    def get_throttle_factor(self) -> float:
        # The waits are the factor times 1, 2, 4 and so on.
        return min(0.25, MAX_WAIT_SECONDS / 2 ** max(self.throttling_failure_count - 1, 0))


class BackupCode(models.Model):
    """One of ten codes that replace a lost second factor. Each works once. Only its hash is stored."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="backup_codes")
    code_hash = models.CharField(max_length=128)
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.pk)

    @staticmethod
    def hash(code: str) -> str:
        """Return the hash to store for a code in canonical form."""
        return make_password(code)

    def matches(self, code: str) -> bool:
        """Return whether this is the code, in canonical form."""
        return check_password(code, self.code_hash)
