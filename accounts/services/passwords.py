"""What follows a new password."""

from django.db import transaction

from accounts.models import User
from accounts.services.browsers import forget_browsers
from accounts.services.sessions import end_other_sessions


@transaction.atomic
def finish_password_change(*, user: User, session_key: str = "") -> None:
    """End the user's sessions and forget their remembered devices, after a change or reset of the password (S-4).

    The session with this stored key goes on: the one in which the user changed it. No session survives anyway, because
    its signature contains the password's hash. Deleting them keeps them out of every list.
    """
    end_other_sessions(user=user, session_key=session_key)
    forget_browsers(user=user)
