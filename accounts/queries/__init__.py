"""Reads of users, their second factors and sessions."""

from accounts.queries.sessions import NO_ADDRESS, OpenSession, list_open_sessions
from accounts.queries.two_factor import NO_FACTORS, SecondFactors, get_second_factors, has_two_factor
from accounts.queries.users import AccountRules, get_account_rules, user_exists

__all__ = [
    "AccountRules",
    "NO_ADDRESS",
    "NO_FACTORS",
    "OpenSession",
    "SecondFactors",
    "get_account_rules",
    "get_second_factors",
    "has_two_factor",
    "list_open_sessions",
    "user_exists",
]
