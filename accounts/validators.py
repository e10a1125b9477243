"""The rules for new passwords (S-1, NIST SP 800-63B-4, 3.1.1.2, ASVS 6.2)."""

import re
import unicodedata
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.breaches import is_breached
from accounts.models import User
from accounts.passwords import normalize_password, password_length
from accounts.queries import AccountRules, get_account_rules, is_old_password
from accounts.strength import find_weakness

# Characters while the password is the only factor, and with a second one in all of the user's organizations.
MIN_LENGTH, MIN_LENGTH_WITH_SECOND_FACTOR = 15, 12


@dataclass(frozen=True)
class PasswordRules:
    """What a new password of a user must meet.

    `words` are names and the like, in lower case without accents: a password of nothing else is refused. `history` is
    how many earlier passwords, with the current one, can't be used again.
    """

    min_length: int
    history: int
    words: tuple[str, ...]


def platform_min_length(rules: AccountRules) -> int:
    """Return the fewest characters that the platform itself asks for (S-1). An organization can ask for more."""
    return MIN_LENGTH_WITH_SECOND_FACTOR if rules.all_require_two_factor else MIN_LENGTH


def password_rules(user: User | None, account_rules: AccountRules | None = None) -> PasswordRules:
    """Return the rules for the user's next password. One query, none with `account_rules`.

    New users aren't members of an organization yet: for them, `account_rules` are those of the one that invited them.
    """
    rules = account_rules or (get_account_rules(user) if user else AccountRules())
    texts = [settings.PLATFORM_NAME, *rules.organization_names]
    if user:
        texts += [user.first_name, user.last_name, user.email]
    words = dict.fromkeys(word for text in texts for word in _words(text))
    return PasswordRules(
        max(platform_min_length(rules), rules.password_min_length), rules.password_history, tuple(words)
    )


def _words(text: str) -> list[str]:
    """Return the words of a name or address, and all of them as one: "Ana Soto" gives ana, soto and anasoto."""
    parts = [_letters(part) for part in re.split(r"[\W_]+", normalize_password(text))]
    return [word for word in (*parts, "".join(parts)) if len(word) > 1]


def _letters(text: str) -> str:
    """Return letters and digits only, in lower case and without accents. static/js/pages/password.js does the same."""
    plain = unicodedata.normalize("NFKD", text).lower()
    return "".join(char for char in plain if unicodedata.category(char)[0] in "LN")


def is_only_words(password: str, words: tuple[str, ...]) -> bool:
    """Return whether the password consists of these words, digits and punctuation."""
    rest = _letters(password)
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, " ")
    return " " in rest and not any(char.isalpha() for char in rest)


def check_new_password(password: str, user: User | None, rules: PasswordRules) -> None:
    """Raise ValidationError with the first rule that a new password breaks. Cheap rules come first."""
    if password_length(password) < rules.min_length:
        raise ValidationError(_too_short(rules.min_length), code="too_short")
    password = normalize_password(password)
    if is_only_words(password, rules.words):
        text = _("Don’t use only your name, email address or organization. Add a few other words.")
        raise ValidationError(text, code="personal")
    if weakness := find_weakness(password, rules.words):
        raise ValidationError(weakness, code="weak")
    if user and rules.history and is_old_password(user, password, rules.history):
        raise ValidationError(_old_password(rules.history), code="old")
    if is_breached(password):
        text = _(
            "This password appeared in a data breach at another website. Choose one that you don’t use anywhere else."
        )
        raise ValidationError(text, code="breached")


def _too_short(minimum: int) -> str:
    return ngettext("Use at least %(count)s character.", "Use at least %(count)s characters.", minimum) % {
        "count": minimum
    }


def _old_password(history: int) -> str:
    text = ngettext(
        "This is your current password. Choose another one.",
        "You’ve used this password before. Choose one that differs from your last %(count)s.",
        history,
    )
    return text % {"count": history}


class PasswordRulesValidator:
    """All rules for the user's organizations, for Django's forms and commands (AUTH_PASSWORD_VALIDATORS)."""

    def validate(self, password: str, user: User | None = None) -> None:
        if len(password) <= MaximumLengthValidator().limit:  # its own message says so
            check_new_password(password, user, password_rules(user))

    def get_help_text(self) -> str:
        return _("Your password must be long, hard to guess, and not based on your name.")


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
