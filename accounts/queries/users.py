"""Reads of users."""

from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.module_loading import import_string

from accounts.models import User
from base.text import canonical_email


def user_exists(email: str) -> bool:
    """Return whether a user has this canonical email address."""
    return User.objects.filter(email=email).exists()


def is_address_verified(user: User) -> bool:
    """Return whether the address is proven. It isn't after joining by a copied link, until an emailed link is used."""
    return not User.objects.filter(pk=user.pk, is_address_verified=False).exists()


def find_user(email: str) -> User | None:
    """Return the user whose address was typed like this. One query."""
    return User.objects.filter(email=canonical_or_lower(email)).first()


def canonical_or_lower(email: str) -> str:
    """Return the canonical form of an address that was typed, or its lower case if it isn't valid: no user has that."""
    try:
        return canonical_email(email)
    except ValidationError:
        return email.strip().lower()


@dataclass(frozen=True)
class AccountRules:
    """What a user's organizations ask of the account itself, where only one way is possible (S-1, S-6).

    `password_min_length` and `password_history` are the highest of any organization, 0 if none sets one.
    `lockout_attempts` is the lowest. `all_require_two_factor` is True if each of at least one organization requires a
    second factor of this user now. `organization_names` are those of all of them.
    """

    password_min_length: int = 0
    password_history: int = 0
    lockout_attempts: int = 0
    all_require_two_factor: bool = False
    organization_names: tuple[str, ...] = ()


def get_account_rules(user: User) -> AccountRules:
    """Return the strictest rules of the user's organizations, from settings.ACCOUNT_RULES."""
    return import_string(settings.ACCOUNT_RULES)(user)
