"""Password rules that Django does not bring."""

from django.contrib.auth.password_validation import MinimumLengthValidator, get_default_password_validators
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def minimum_length() -> int:
    """How long a password must be at least (S-1); 1 where no rule says."""
    rules = [rule for rule in get_default_password_validators() if isinstance(rule, MinimumLengthValidator)]
    return max((rule.min_length for rule in rules), default=1)


class MaximumLengthValidator:
    """Refuses passwords over `limit` characters: hashing a megabyte is an attack.

    NIST SP 800-63B-4, 3.1.1.2, asks that 64 at least are taken.
    """

    def __init__(self, limit: int = 256):
        self.limit = limit

    def validate(self, password: str, user=None) -> None:
        if len(password) > self.limit:
            raise ValidationError(_("Use at most %(limit)s characters.") % {"limit": self.limit}, code="too_long")

    def get_help_text(self) -> str:
        return _("Your password can have up to %(limit)s characters.") % {"limit": self.limit}
