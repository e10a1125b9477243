"""Reads of users."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.models import User


def user_exists(email: str) -> bool:
    """Return whether a user has this canonical email address."""
    return User.objects.filter(email=email).exists()


@dataclass(frozen=True)
class AccountRules:
    """What a user's organizations ask of the account itself, where only one way is possible (S-1, S-6).

    `password_min_length` and `password_history` are the highest of any organization, 0 if none sets one.
    `lockout_attempts` is the lowest. `all_require_two_factor` is True if each of at least one organization requires a
    second factor of this user now, `requires_two_factor` if any does.
    """

    password_min_length: int = 0
    password_history: int = 0
    lockout_attempts: int = 0
    all_require_two_factor: bool = False
    requires_two_factor: bool = False


def get_account_rules(user: User) -> AccountRules:
    """Return the strictest rules of the user's organizations, from settings.ACCOUNT_RULES."""
    return import_string(settings.ACCOUNT_RULES)(user)
