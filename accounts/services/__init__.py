"""Writes of users: their accounts, sign-ins, second factors and sessions."""

from accounts.services.avatars import remove_avatar, set_avatar
from accounts.services.browsers import (
    find_browser,
    forget_browsers,
    is_remembered,
    recognize_browser,
    remember_browser,
    set_browser_cookie,
)
from accounts.services.events import record_event
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
    "clear_two_factor",
    "confirm_identity",
    "create_verified_user",
    "delete_user",
    "end_other_sessions",
    "end_session",
    "end_sessions",
    "end_sessions_in",
    "find_browser",
    "forget_browsers",
    "is_remembered",
    "lock_user",
    "notify_two_factor_listeners",
    "open_organization",
    "recognize_browser",
    "record_event",
    "remember_browser",
    "remove_avatar",
    "rename_user",
    "reset_two_factor",
    "set_avatar",
    "set_browser_cookie",
    "set_second_factor",
    "set_theme",
    "sign_in",
]
