"""What happens whenever a second factor is added or removed, of whatever kind. Callers hold a lock on the user."""

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from accounts.models import BackupCode, User
from accounts.queries import count_backup_codes, has_two_factor
from accounts.services.backup_codes import discard_new_codes, replace_backup_codes
from accounts.services.browsers import forget_browsers
from accounts.services.code_attempts import forget_attempts
from accounts.services.events import record_event
from accounts.services.sessions import end_other_sessions, end_sessions
from accounts.services.sign_in import SECOND_FACTOR
from accounts.services.two_factor import clear_two_factor, notify_two_factor_listeners
from accounts.services.users import lock_user


class Operator:
    """Stands for the person who runs this installation in audit logs."""

    def __str__(self) -> str:
        return "The operator"


def finish_adding(*, user: User, method: str, is_first: bool) -> list[str]:
    """Call it after adding a factor ("app" or "passkey"). Return new backup codes to show, if the user has none left.

    `is_first`: two-factor authentication was off before.
    """
    codes = [] if count_backup_codes(user) else replace_backup_codes(user)
    if is_first:
        record_event(user=user, action="two_factor.enabled", data={"method": method})
    notify_two_factor_listeners(user=user)
    return codes


def finish_removing(*, user: User, session: SessionBase) -> bool:
    """Call it after removing a factor. Return whether two-factor authentication is off now.

    Then backup codes and remembered devices go too, and all sessions except this one end: they would count as signed
    in with a factor that no longer exists.
    """
    is_off = not has_two_factor(user)
    if is_off:
        BackupCode.objects.filter(user=user).delete()
        forget_browsers(user=user)
        forget_attempts(user=user)
        end_other_sessions(user=user, session_key=session.row.pk)  # type: ignore[attr-defined]
        session.pop(SECOND_FACTOR, None)
        discard_new_codes(session)
        record_event(user=user, action="two_factor.disabled")
    notify_two_factor_listeners(user=user)
    return is_off


@transaction.atomic
def reset_two_factor_as_operator(*, user: User) -> bool:
    """Remove the user's second factors and end all their sessions. Return False if there are none.

    For users whom no organization's Admin can help, because several organizations rely on their sign-in (U-9).
    """
    user = lock_user(user)
    if not has_two_factor(user):
        return False
    clear_two_factor(user=user)
    end_sessions(user=user)
    record_event(user=user, action="two_factor.disabled", actor=Operator(), data={"by": "operator"})
    return True
