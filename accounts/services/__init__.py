"""Writes of users: their accounts, sign-ins, second factors and sessions."""

from accounts.services.addresses import create_unverified_user, verify_address
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
from accounts.services.authenticator import (
    SetUp,
    SetUpState,
    confirm_authenticator,
    remove_authenticator,
    start_authenticator,
)
from accounts.services.avatars import remove_avatar, set_avatar
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
from accounts.services.email_change import AddressTaken, LinkEnded, confirm_email_change, request_email_change
from accounts.services.events import log_event, record_event, record_failed_sign_in
from accounts.services.factors import finish_adding, finish_removing, reset_two_factor_as_operator
from accounts.services.not_me import reject_event
from accounts.services.passkeys import (
    add_passkey,
    check_passkey,
    dismiss_passkey_offer,
    keep_challenge,
    offer_passkey,
    remove_passkey,
    rename_passkey,
    take_challenge,
)
from accounts.services.passwords import change_password, request_password_reset, reset_password, send_password_link
from accounts.services.second_factor import CodeCheck, check_second_factor, clean_code
from accounts.services.sessions import (
    end_other_sessions,
    end_session,
    end_sessions,
    end_sessions_in,
    open_organization,
)
from accounts.services.sign_in import confirm_identity, has_used_factor, set_second_factor, sign_in
from accounts.services.staff import PlatformStaff, unlock_user
from accounts.services.two_factor import clear_two_factor, notify_two_factor_listeners, reset_two_factor
from accounts.services.users import (
    create_verified_user,
    delete_user,
    lock_user,
    rename_user,
    set_csv_separator,
    set_theme,
    set_time_zone,
)

__all__ = [
    "AddressTaken",
    "CodeCheck",
    "LinkEnded",
    "PlatformStaff",
    "SetUp",
    "SetUpState",
    "add_passkey",
    "attempt_keys",
    "change_password",
    "check_attempts",
    "check_credentials",
    "check_passkey",
    "check_second_factor",
    "clean_code",
    "clear_account",
    "clear_attempts",
    "clear_two_factor",
    "confirm_authenticator",
    "confirm_email_change",
    "confirm_identity",
    "confirm_password",
    "create_unverified_user",
    "create_verified_user",
    "delete_old_attempts",
    "delete_user",
    "discard_new_codes",
    "dismiss_passkey_offer",
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
    "ip_keys",
    "is_remembered",
    "keep_challenge",
    "keep_new_codes",
    "lock_user",
    "log_event",
    "new_codes",
    "notify_two_factor_listeners",
    "offer_passkey",
    "open_organization",
    "recognize_browser",
    "record_event",
    "record_failed_sign_in",
    "record_failure",
    "reject_event",
    "remember_browser",
    "remove_authenticator",
    "remove_avatar",
    "remove_passkey",
    "rename_passkey",
    "rename_user",
    "request_email_change",
    "request_password_reset",
    "reset_password",
    "reset_two_factor",
    "reset_two_factor_as_operator",
    "send_password_link",
    "set_avatar",
    "set_browser_cookie",
    "set_second_factor",
    "set_csv_separator",
    "set_theme",
    "set_time_zone",
    "sign_in",
    "start_attempt",
    "start_authenticator",
    "take_challenge",
    "unlock_user",
    "verify_address",
]
