"""Checking that it is still the user who acts, by any factor that they have (S-7)."""

from django.db import transaction
from django.utils import timezone

from accounts.models import AuthenticatorApp, BackupCode, User
from accounts.services.events import record_event
from accounts.services.sign_in import confirm_identity
from accounts.sessions import SessionStore


@transaction.atomic
def verify_code(*, user: User, code: str) -> bool:
    """Return whether this is the current code of the user's authenticator app, or one of their backup codes.

    Each code works once.
    """
    code = "".join(character for character in code.lower() if character.isalnum())
    app = AuthenticatorApp.objects.select_for_update().filter(user=user, confirmed=True).first()
    if app and len(code) == 6 and code.isdecimal():
        return app.verify_token(code)
    unused = BackupCode.objects.select_for_update().filter(user=user, used_at=None).order_by("pk")
    for backup_code in unused:
        if backup_code.matches(code):
            backup_code.used_at = timezone.now()
            backup_code.save(update_fields=["used_at"])
            record_event(user=user, action="backup_code.used")
            return True
    return False


def complete_confirmation(session: SessionStore) -> None:
    """Save that the session's user has just proven who they are, and give it a new key (ASVS 7.2.4).

    Raise UpdateError if the session was ended meanwhile.
    """
    session.rotate_key()
    confirm_identity(session)
