"""Writes of users: their accounts, sign-ins, second factors and sessions."""

from accounts.services.attempts import (
    attempt_keys,
    check_attempts,
    clear_account,
    clear_attempts,
    delete_old_attempts,
    ip_keys,
    record_failure,
    start_attempt,
)
from accounts.services.authentication import check_credentials, confirm_password
from accounts.services.browsers import (
    find_browser,
    forget_browsers,
    is_remembered,
    recognize_browser,
    remember_browser,
    set_browser_cookie,
)
from accounts.services.events import record_event
from accounts.services.passwords import change_password, request_password_reset, reset_password
from accounts.services.sessions import (
    end_other_sessions,
    end_session,
    end_sessions,
    end_sessions_in,
    open_organization,
)
from accounts.services.sign_in import confirm_identity, set_second_factor, sign_in
from accounts.services.two_factor import clear_two_factor, notify_two_factor_listeners, reset_two_factor
from accounts.services.users import create_verified_user, delete_user, lock_user, rename_user, set_theme

__all__ = [
    "attempt_keys",
    "change_password",
    "check_attempts",
    "check_credentials",
    "clear_account",
    "clear_attempts",
    "clear_two_factor",
    "confirm_identity",
    "confirm_password",
    "create_verified_user",
    "delete_old_attempts",
    "delete_user",
    "end_other_sessions",
    "end_session",
    "end_sessions",
    "end_sessions_in",
    "find_browser",
    "forget_browsers",
    "ip_keys",
    "is_remembered",
    "lock_user",
    "notify_two_factor_listeners",
    "open_organization",
    "recognize_browser",
    "record_event",
    "record_failure",
    "remember_browser",
    "rename_user",
    "request_password_reset",
    "reset_password",
    "reset_two_factor",
    "set_browser_cookie",
    "set_second_factor",
    "set_theme",
    "sign_in",
    "start_attempt",
]
