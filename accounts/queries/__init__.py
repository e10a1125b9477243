"""Reads of users, their second factors and sessions."""

from accounts.queries.notices import SECURED, address_of, find_rejection, get_own_entry
from accounts.queries.sessions import NO_ADDRESS, OpenSession, list_open_sessions
from accounts.queries.two_factor import NO_FACTORS, SecondFactors, get_second_factors, has_two_factor
from accounts.queries.users import AccountRules, get_account_rules, user_exists

__all__ = [
    "NO_ADDRESS",
    "NO_FACTORS",
    "SECURED",
    "AccountRules",
    "OpenSession",
    "SecondFactors",
    "address_of",
    "find_rejection",
    "get_account_rules",
    "get_own_entry",
    "get_second_factors",
    "has_two_factor",
    "list_open_sessions",
    "user_exists",
]
