"""Changing a user's email address: asked for with the password, and done with a link sent to the new address."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.policies import can_change_email, can_sign_in
from accounts.services.events import record_event
from accounts.services.users import lock_user
from audit.services import record
from base.policies import RateLimited, Refused, require
from outbox.models import OutgoingEmail
from outbox.services import queue_email

CONFIRMATION = "accounts.email_confirmation"
# Each request sends an email to an address of the user's choice.
MAX_REQUESTS, PERIOD = 5, timedelta(hours=1)
# Asking for the same address again within this time is the same press of the button.
DOUBLE_PRESS = timedelta(seconds=30)


class AddressTaken(Refused):
    """Another user has the address."""


class LinkEnded(Refused):
    """What the link was for has been done, replaced or undone since."""


@transaction.atomic
def request_email_change(*, user: User, email: str) -> None:
    """Ask the new address, in canonical form, to confirm the change. The user's address stays until then.

    Does the same for an address that has a user, to whom no email is sent: the answer doesn't tell. A second press
    sends nothing. Raises Refused, RateLimited and User.DoesNotExist.
    """
    user = lock_user(user)
    require(can_change_email(user, email))
    sent = OutgoingEmail.objects.filter(subject_id=user.pk, kind=CONFIRMATION, created_at__gt=timezone.now() - PERIOD)
    if user.pending_email == email and sent.filter(created_at__gt=timezone.now() - DOUBLE_PRESS).exists():
        return
    if sent.count() >= MAX_REQUESTS:
        raise RateLimited(_("Too many emails. Try again in an hour."), timezone.now() + PERIOD)
    user.pending_email = email
    user.save(update_fields=["pending_email"])
    queue_email(kind=CONFIRMATION, subject_id=user.pk, key=f"email_confirmation:{uuid4()}")
    record(organization_id=None, actor=user, action="email.change_requested", target=user)


@transaction.atomic
def confirm_email_change(*, user: User, email: str, is_current: Callable[[User], bool]) -> User:
    """Change the user's address to the one that was confirmed, and tell the old one.

    `is_current` returns whether the link still works. Raises AddressTaken, LinkEnded, Refused and User.DoesNotExist.
    """
    require(can_sign_in(user))
    require(can_change_email(user, email))
    return move_to_address(user=user, email=email, action="email.changed", is_current=is_current)


@transaction.atomic
def move_to_address(*, user: User, email: str, action: str, is_current: Callable[[User], bool]) -> User:
    """Change the user's address in all places, and record it as `action`. Return the user as they are now.

    `is_current` is asked again with the user locked. Raises AddressTaken, LinkEnded and User.DoesNotExist.
    """
    # Locks are taken in the order of organizations.services.locks: members before users.
    for path in settings.EMAIL_LISTENERS:
        import_string(path)(user=user, email=email)
    user = lock_user(user)
    if not is_current(user):
        raise LinkEnded
    old, user.email, user.pending_email, user.is_address_verified = user.email, email, "", True
    try:
        with transaction.atomic():
            user.save(update_fields=["email", "pending_email", "is_address_verified"])
            EmailAddress.objects.filter(user=user).delete()
            EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    except IntegrityError:
        raise AddressTaken from None
    record_event(user=user, action=action, data={"from": old, "to": email})
    return user
