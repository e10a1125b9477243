"""Reads of users, their second factors and sessions."""

from accounts.queries.notices import SECURED, address_of, find_rejection, get_own_entry
from accounts.queries.passkeys import (
    NAME_LIMIT,
    find_passkey,
    has_passkey,
    list_passkeys,
    propose_name,
    signal_accepted_passkeys,
)
from accounts.queries.passwords import MAX_HISTORY, is_old_password
from accounts.queries.sessions import NO_ADDRESS, OpenSession, list_open_sessions
from accounts.queries.two_factor import (
    NO_FACTORS,
    SecondFactors,
    count_backup_codes,
    get_authenticator,
    get_second_factors,
    has_two_factor,
)
from accounts.queries.two_factor_rules import Announcement, TwoFactorRules, get_two_factor_rules
from accounts.queries.users import (
    AccountRules,
    canonical_or_lower,
    find_user,
    get_account_rules,
    is_address_verified,
    user_exists,
)

__all__ = [
    "AccountRules",
    "Announcement",
    "MAX_HISTORY",
    "NAME_LIMIT",
    "NO_ADDRESS",
    "NO_FACTORS",
    "OpenSession",
    "SECURED",
    "SecondFactors",
    "TwoFactorRules",
    "address_of",
    "canonical_or_lower",
    "count_backup_codes",
    "find_passkey",
    "find_rejection",
    "find_user",
    "get_account_rules",
    "get_authenticator",
    "get_own_entry",
    "get_second_factors",
    "get_two_factor_rules",
    "has_passkey",
    "has_two_factor",
    "is_old_password",
    "is_address_verified",
    "list_open_sessions",
    "list_passkeys",
    "propose_name",
    "signal_accepted_passkeys",
    "user_exists",
]
