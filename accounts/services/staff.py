"""What platform staff do in the backoffice (B-1). The audit logs name them "Platform staff", with a reason."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services.attempts import clear_account
from accounts.services.authentication import CONFIRMATION, SIGN_IN
from accounts.services.code_attempts import forget_attempts
from accounts.services.events import record_event
from accounts.services.passwords import RESET


@dataclass(frozen=True)
class PlatformStaff:
    """The actor in audit logs. `pk` is the id of the user who acted; organizations don't learn who it is."""

    pk: UUID

    def __str__(self) -> str:
        return _("Platform staff")


@transaction.atomic
def unlock_user(*, staff: User, user: User, reason: str) -> None:
    """Forget the user's failed attempts, so that they can try again now. Password and factors stay as they are."""
    for action in (SIGN_IN, CONFIRMATION, RESET):
        clear_account(user.email, action)
    forget_attempts(user=user)
    record_event(user=user, action="user.unlocked", actor=PlatformStaff(staff.pk), data={"reason": reason})
