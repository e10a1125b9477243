"""Fields of the Security page: lists of domains and of IP ranges, and numbers to choose from."""

from collections.abc import Iterable

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from base.networks import canonical_range
from base.text import canonical_domain

MAX_DOMAINS = 50
MAX_RANGES = 50
# Characters of a list that are read. Fifty of the longest domains need fewer.
MAX_TEXT = 20_000


def _words(value: object) -> list[str]:
    return str(value or "")[:MAX_TEXT].replace(",", " ").replace(";", " ").split()


class DomainsField(forms.CharField):
    """Domains separated by spaces, line breaks, commas or semicolons. Cleans to a canonical list without duplicates."""

    def to_python(self, value) -> list[str]:
        words = _words(value)
        if len(words) > MAX_DOMAINS:
            raise ValidationError(_("Enter at most %(limit)s domains.") % {"limit": MAX_DOMAINS})
        return list(dict.fromkeys(self._domain(word) for word in words))

    def _domain(self, word: str) -> str:
        try:
            return canonical_domain(word.removeprefix("@"))
        except ValidationError:
            text = _("“%(word)s” isn’t a valid domain. Use the format company.com.")
            raise ValidationError(text % {"word": word[:100]}) from None


class RangesField(forms.CharField):
    """IP addresses and ranges, separated like domains. Cleans to a canonical list without duplicates."""

    def to_python(self, value) -> list[str]:
        words = _words(value)
        if len(words) > MAX_RANGES:
            raise ValidationError(_("Enter at most %(limit)s addresses and ranges.") % {"limit": MAX_RANGES})
        return list(dict.fromkeys(self._range(word) for word in words))

    def _range(self, word: str) -> str:
        try:
            return canonical_range(word)
        except ValueError:
            text = _("“%(word)s” isn’t an IP address or range. Use the format 203.0.113.0/24 or 2001:db8::/32.")
            raise ValidationError(text % {"word": word[:100]}) from None


class NumberChoice(forms.TypedChoiceField):
    """A number to choose from a list. The current one is added to the list if it was set in another way."""

    def __init__(self, choices: Iterable[tuple[int, str | Promise]], **options) -> None:
        super().__init__(choices=choices, coerce=int, **options)

    def add_current(self, value: int, label: str) -> None:
        if value not in [number for number, _label in self.choices]:
            self.choices = [*self.choices, (value, label)]
