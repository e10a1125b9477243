"""What a user's organizations say about second factors."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.models import User


@dataclass(frozen=True)
class Announcement:
    """An organization will require a second factor from this time on (S-11)."""

    organization: str
    start: datetime


@dataclass(frozen=True)
class TwoFactorRules:
    """What the user's organizations say about second factors, by their names.

    `required_by` require one of this user now. `announced` is the next one that will. `organizations` are all of them.
    """

    required_by: tuple[str, ...] = ()
    announced: Announcement | None = None
    organizations: tuple[str, ...] = ()


def get_two_factor_rules(user: User) -> TwoFactorRules:
    """Return what the user's organizations require, from settings.TWO_FACTOR_RULES."""
    return import_string(settings.TWO_FACTOR_RULES)(user)
