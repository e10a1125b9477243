"""Reads of users, their second factors and sessions."""

from accounts.queries.passwords import MAX_HISTORY, is_old_password
from accounts.queries.sessions import NO_ADDRESS, OpenSession, list_open_sessions
from accounts.queries.two_factor import NO_FACTORS, SecondFactors, get_second_factors, has_two_factor
from accounts.queries.users import AccountRules, canonical_or_lower, find_user, get_account_rules, user_exists

__all__ = [
    "MAX_HISTORY",
    "NO_ADDRESS",
    "NO_FACTORS",
    "AccountRules",
    "OpenSession",
    "SecondFactors",
    "canonical_or_lower",
    "find_user",
    "get_account_rules",
    "get_second_factors",
    "has_two_factor",
    "is_old_password",
    "list_open_sessions",
    "user_exists",
]
