"""Checking the code that a user types: six digits are from an authenticator app, everything else is a backup code."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import AuthenticatorApp, KnownBrowser, User
from accounts.models.two_factor import DIGITS
from accounts.services.backup_codes import use_backup_code
from accounts.services.code_attempts import blocked_until, count_failure, forgive, lock_attempts
from accounts.services.events import record_failed_sign_in


@dataclass(frozen=True)
class CodeCheck:
    """`factor` is "app" or "backup_code" if the code was right, "" otherwise. Before `retry_at` none is accepted."""

    factor: str = ""
    retry_at: datetime | None = None


def clean_code(code: str) -> str:
    """Return a typed code in canonical form: lower case, without spaces and hyphens, with digits of any script."""
    text = unicodedata.normalize("NFKC", code[:100]).lower()
    text = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)
    return "".join(char for char in text if char.isalnum())


@transaction.atomic
def check_second_factor(*, user: User, code: str, browser: KnownBrowser | None) -> CodeCheck:
    """Check a code and use it up, so that it works once. Wrong ones are counted and recorded (S-10).

    `browser` is the known browser that the request comes from. Requests from others are limited together.
    """
    attempts = lock_attempts(user=user, browser=browser)
    if retry_at := blocked_until(attempts):
        return CodeCheck(retry_at=retry_at)
    check = _check(user, clean_code(code))
    if check.factor:
        forgive(attempts)
    elif check.retry_at is None:
        count_failure(attempts)
        record_failed_sign_in(reason="second_factor", user=user)
        return CodeCheck(retry_at=blocked_until(attempts))
    return check


def _check(user: User, code: str) -> CodeCheck:
    if not (len(code) == DIGITS and code.isdigit()):
        return CodeCheck("backup_code" if use_backup_code(user=user, code=code) else "")
    app = AuthenticatorApp.objects.select_for_update().filter(user=user, confirmed=True).first()
    if app is None:
        return CodeCheck()
    allowed, wait = app.verify_is_allowed()
    if not allowed:
        return CodeCheck(retry_at=wait["locked_until"])
    return CodeCheck("app" if app.verify_token(code) else "")
