""" "This wasn't me": what a user can undo with the link in a security notice (S-8)."""

from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_otp_webauthn.models import WebAuthnCredential

from accounts.models import AuthenticatorApp, BackupCode, KnownBrowser, User
from accounts.queries import SECURED, address_of, find_rejection
from accounts.services.email_change import AddressTaken, LinkEnded, move_to_address
from accounts.services.events import record_event
from accounts.services.sessions import end_sessions
from accounts.services.two_factor import notify_two_factor_listeners
from accounts.services.users import lock_user
from audit.models import Entry
from outbox.services import queue_email

# For this long, the link also removes the second factor that it's about. An older email in someone else's hands must
# not remove the factor that protects the account from exactly that.
REMOVAL_AGE = timedelta(days=7)
# A factor is added at most this long before its event is recorded. An app is scanned first and confirmed then.
SET_UP_TIME = timedelta(hours=1)
# Events that add something to the account that can be taken away again. Not "authenticator.replaced": without the new
# app, the account would be less protected than before.
ADDING = ("passkey.added", "authenticator.added", "two_factor.enabled", "backup_codes.generated")


@transaction.atomic
def reject_event(*, user: User, entry: Entry) -> bool:
    """Undo what someone else may have done in the account: "This wasn't me" about the event of `entry`.

    Ends all sessions, forgets all known browsers, removes the password and a link with an identity provider that the
    event added, restores the email address from before the event, and sends a link to choose a new password there.
    Return False if this event was rejected before. Raise User.DoesNotExist if the user is gone.
    """
    address = address_of(entry, user)
    restored = user.email != address and _restore(user, address, entry)
    user = lock_user(user)
    if find_rejection(user, entry):
        return False
    _remove_added_factor(user, entry)
    for path in settings.EVENT_REJECTION_LISTENERS:
        import_string(path)(user=user, entry=entry)
    user.set_unusable_password()
    user.pending_email = ""
    user.save(update_fields=["password", "pending_email"])
    end_sessions(user=user)
    # Deleted, not only forgotten: a sign-in from the intruder's browser must count as new.
    KnownBrowser.objects.filter(user=user).delete()
    # Otherwise the address now belongs to another user, and the current one may be the intruder's.
    can_mail = user.email == address
    data = {"entry": str(entry.pk), "event": entry.action, "at": entry.at.isoformat()}
    record_event(user=user, action=SECURED, data={**data, "restored": restored, "can_mail": can_mail})
    if can_mail:
        queue_email(kind="accounts.password_reset", subject_id=user.pk, key=f"password_reset:{uuid4()}")
    return True


def _restore(user: User, address: str, entry: Entry) -> bool:
    """Return whether the user has the address again. Another user may have it now, or this may already be done."""
    try:
        with transaction.atomic():
            move_to_address(
                user=user,
                email=address,
                action="email.restored",
                is_current=lambda locked: locked.email != address and not find_rejection(locked, entry),
            )
    except (AddressTaken, LinkEnded):
        return False
    return True


def _remove_added_factor(user: User, entry: Entry) -> None:
    if timezone.now() - entry.at > REMOVAL_AGE:
        return
    added = (entry.at - SET_UP_TIME, entry.at)
    if entry.action == "passkey.added":
        WebAuthnCredential.objects.filter(user=user, created_at__range=added).delete()
    elif entry.action == "authenticator.added":
        AuthenticatorApp.objects.filter(user=user, created_at__range=added).delete()
    elif entry.action == "two_factor.enabled":
        WebAuthnCredential.objects.filter(user=user, created_at__range=added).delete()
        AuthenticatorApp.objects.filter(user=user, created_at__range=added).delete()
    if entry.action in ADDING:
        BackupCode.objects.filter(user=user, created_at__gte=added[0]).delete()
        notify_two_factor_listeners(user=user)
