"""Password rules that Django doesn't have."""

from django.contrib.auth.password_validation import MinimumLengthValidator, get_default_password_validators
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def minimum_length() -> int:
    """Return the minimum length of a password (S-1), or 1 if no validator sets one."""
    rules = [rule for rule in get_default_password_validators() if isinstance(rule, MinimumLengthValidator)]
    return max((rule.min_length for rule in rules), default=1)


class MaximumLengthValidator:
    """Reject passwords of more than `limit` characters, because hashing a megabyte is a denial-of-service attack.

    NIST SP 800-63B-4, 3.1.1.2, requires that at least 64 characters are allowed.
    """

    def __init__(self, limit: int = 256):
        self.limit = limit

    def validate(self, password: str, user=None) -> None:
        if len(password) > self.limit:
            raise ValidationError(_("Use at most %(limit)s characters.") % {"limit": self.limit}, code="too_long")

    def get_help_text(self) -> str:
        return _("Your password can have up to %(limit)s characters.") % {"limit": self.limit}
