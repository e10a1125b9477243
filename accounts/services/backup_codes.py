"""Backup codes: ten codes that each replace a lost second factor once (S-2)."""

import secrets

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.utils import timezone

from accounts.models import BackupCode, User
from accounts.queries import count_backup_codes
from accounts.services.events import record_event
from accounts.services.users import lock_user
from base.encryption import DecryptionFailed, decrypt, encrypt

COUNT, LENGTH = 10, 8
# Without characters that look alike: 0 and o, 1, i and l. Eight of them have 39 bits.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
# Key in the session: new codes, encrypted, and when they were generated, until the user has saved them.
NEW_CODES = "new_backup_codes"
SHOWN_SECONDS = 15 * 60


def _new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def format_code(code: str) -> str:
    """Return "x8tr-6b3w" for "x8tr6b3w"."""
    return f"{code[:4]}-{code[4:]}"


def replace_backup_codes(user: User) -> list[str]:
    """Replace the backup codes of a locked user. Return the new ones as shown. Only their hashes are stored."""
    codes: set[str] = set()
    while len(codes) < COUNT:
        codes.add(_new_code())
    BackupCode.objects.filter(user=user).delete()
    BackupCode.objects.bulk_create(BackupCode(user=user, code_hash=BackupCode.hash(code)) for code in codes)
    return [format_code(code) for code in codes]


@transaction.atomic
def generate_backup_codes(*, user: User) -> list[str]:
    """Replace the user's backup codes, and record it. Return the new ones as shown."""
    codes = replace_backup_codes(lock_user(user))
    record_event(user=user, action="backup_codes.generated")
    return codes


@transaction.atomic
def use_backup_code(*, user: User, code: str) -> bool:
    """Use up one of the user's codes, in canonical form. Return False if there is none like it (or no longer)."""
    if len(code) != LENGTH:
        return False
    rows = BackupCode.objects.select_for_update().filter(user=user, used_at=None).order_by("pk")
    match = next((row for row in rows if row.matches(code)), None)
    if match is None:
        return False
    match.used_at = timezone.now()
    match.save(update_fields=["used_at"])
    record_event(user=user, action="backup_code.used", data={"left": count_backup_codes(user)})
    return True


def keep_new_codes(session: SessionBase, codes: list[str]) -> None:
    """Keep new codes in the session, encrypted, so that the page with them can be reloaded and downloaded."""
    session[NEW_CODES] = {"codes": encrypt(" ".join(codes)), "at": timezone.now().timestamp()}


def new_codes(session: SessionBase) -> list[str]:
    """Return the codes that keep_new_codes() got less than SHOWN_SECONDS ago, or []."""
    kept = session.get(NEW_CODES)
    if not kept or timezone.now().timestamp() - kept["at"] > SHOWN_SECONDS:
        return []
    try:
        return decrypt(kept["codes"]).split()
    except DecryptionFailed:
        return []


def discard_new_codes(session: SessionBase) -> None:
    """Forget the plain codes: the user has saved them."""
    session.pop(NEW_CODES, None)
