"""Changing a password, and asking for a link to choose a new one."""

from datetime import timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.models import OldPassword, User
from accounts.queries import MAX_HISTORY, find_user, get_account_rules, has_two_factor
from accounts.services.addresses import verify_address
from accounts.services.attempts import attempt_keys, clear_account, start_attempt
from accounts.services.authentication import CONFIRMATION, SIGN_IN
from accounts.services.browsers import forget_browsers
from accounts.services.events import log_event, record_event
from accounts.services.two_factor import clear_two_factor
from base.hashing import hash_token
from base.ids import uuid7
from outbox.models import OutgoingEmail
from outbox.services import queue_email

RESET = "reset"
RESET_EMAIL = "accounts.password_reset"
# A form that was pressed longer ago is pressed again because no email has come.
DOUBLE_PRESS = timedelta(seconds=30)


@transaction.atomic
def change_password(*, user: User, password: str, action: str = "password.changed") -> None:
    """Set the user's password, which was checked against the rules, and forget remembered browsers (S-2).

    `action` is "password.changed" or "password.reset". The user's other sessions end, because the hash of the password
    is part of their signature.
    """
    locked = User.objects.select_for_update().only("password").get(pk=user.pk)
    if locked.has_usable_password():
        _keep_old_password(user, locked.password)
    user.set_password(password)
    user.save(update_fields=["password", "password_changed_at"])
    forget_browsers(user=user)
    record_event(user=user, action=action)


def _keep_old_password(user: User, old_hash: str) -> None:
    """Keep the hash for as long as an organization of the user remembers it (S-6), and delete older ones."""
    kept = min(get_account_rules(user).password_history, MAX_HISTORY) - 1  # the current one is the first
    if kept > 0:
        OldPassword.objects.create(user=user, password=old_hash)
    newest = OldPassword.objects.filter(user=user).order_by("-created_at", "-pk").values_list("pk", flat=True)
    OldPassword.objects.filter(user=user).exclude(pk__in=list(newest[: max(kept, 0)])).delete()


@transaction.atomic
def reset_password(*, user: User, password: str) -> None:
    """Set the password that the user chose with an emailed link. They may sign in at once, whatever failed before.

    The link verifies their address. If it wasn't verified before, someone else may have set up the account, so second
    factors go too.
    """
    change_password(user=user, password=password, action="password.reset")
    if verify_address(user=user) and has_two_factor(user):
        clear_two_factor(user=user)
        record_event(user=user, action="two_factor.disabled", data={"by": "password.reset"})
    for action in (SIGN_IN, CONFIRMATION, RESET):
        clear_account(user.email, action)


def request_password_reset(
    request: HttpRequest, *, email: str, press: UUID | None = None, prefer_invitation: bool = False
) -> None:
    """Queue the email with a reset link. Raise RateLimited after too many requests. Not inside a transaction.

    `press` is the id of the form: pressing its button twice within DOUBLE_PRESS queues one email.

    An unknown address takes the same work (CVE-2024-39329): its row is about no user, and no email is sent for it.
    One that was invited gets the invitation again (I-11), from the worker for the same reason: instead of a reset link
    if it also has a user and `prefer_invitation` is set.
    """
    user = find_user(email)
    start_attempt(*attempt_keys(request, RESET, email))
    awaited: UUID | None = import_string(settings.AWAITED_MEMBER)(email)
    user_id = user.pk if user else None
    subject_id = (awaited or user_id if prefer_invitation else user_id or awaited) or uuid7()
    queue_email(kind=RESET_EMAIL, subject_id=subject_id, key=_reset_key(email, press))
    log_event(action="password.reset_requested", user=user)


def _reset_key(email: str, press: UUID | None) -> str:
    """Return the outbox key. The same work for all addresses, known or not."""
    key = f"password_reset:{hash_token(f'{press or uuid4()} {email}')}"
    earlier = OutgoingEmail.objects.filter(key=key, created_at__lt=timezone.now() - DOUBLE_PRESS).exists()
    return f"password_reset:{uuid4()}" if earlier else key


def send_password_link(*, user: User) -> None:
    """Queue an email with a link to choose a password, for a new user whom someone else added."""
    queue_email(kind="accounts.password_reset", subject_id=user.pk, key=f"password_reset:{uuid4()}")
