"""Writes of users: their accounts, sign-ins, second factors and sessions."""

from accounts.services.authenticator import (
    SetUp,
    SetUpState,
    confirm_authenticator,
    remove_authenticator,
    start_authenticator,
)
from accounts.services.backup_codes import (
    discard_new_codes,
    generate_backup_codes,
    keep_new_codes,
    new_codes,
)
from accounts.services.browsers import (
    find_browser,
    forget_browsers,
    is_remembered,
    recognize_browser,
    remember_browser,
    set_browser_cookie,
)
from accounts.services.events import record_event
from accounts.services.factors import finish_adding, finish_removing, reset_two_factor_as_operator
from accounts.services.second_factor import CodeCheck, check_second_factor, clean_code
from accounts.services.sessions import (
    end_other_sessions,
    end_session,
    end_sessions,
    end_sessions_in,
    open_organization,
)
from accounts.services.sign_in import confirm_identity, has_used_factor, set_second_factor, sign_in
from accounts.services.two_factor import clear_two_factor, notify_two_factor_listeners, reset_two_factor
from accounts.services.users import create_verified_user, delete_user, lock_user, rename_user, set_theme

__all__ = [
    "CodeCheck",
    "SetUp",
    "SetUpState",
    "check_second_factor",
    "clean_code",
    "clear_two_factor",
    "confirm_authenticator",
    "confirm_identity",
    "create_verified_user",
    "delete_user",
    "discard_new_codes",
    "end_other_sessions",
    "end_session",
    "end_sessions",
    "end_sessions_in",
    "find_browser",
    "finish_adding",
    "finish_removing",
    "forget_browsers",
    "generate_backup_codes",
    "has_used_factor",
    "is_remembered",
    "keep_new_codes",
    "lock_user",
    "new_codes",
    "notify_two_factor_listeners",
    "open_organization",
    "recognize_browser",
    "record_event",
    "remember_browser",
    "remove_authenticator",
    "rename_user",
    "reset_two_factor",
    "reset_two_factor_as_operator",
    "set_browser_cookie",
    "set_second_factor",
    "set_theme",
    "sign_in",
    "start_authenticator",
]
