"""Format people's names, the same way on pages, in emails and in exports."""

import re

from django.utils.translation import gettext_lazy as _

# The error if both names are missing: one is enough.
MISSING_NAME = _("Enter a first or last name.")
# Han, Hangul and Kana with their marks: iteration and length marks, half-width Katakana, variation selectors.
EAST_ASIAN = (
    "^[\u1100-\u11ff\u2e80-\u2fd5\u3005-\u3007\u3021-\u3029\u3031-\u3035\u303b\u3041-\u309f\u30a1-\u30ff\u3131-\u318e"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97c\uac00-\ud7a3\ud7b0-\ud7fb\uf900-\ufaff\ufe00-\ufe0f\uff66-\uff9f"
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff\U000e0100-\U000e01ef]+$"
)
_EAST_ASIAN = re.compile(EAST_ASIAN)


def is_family_first(first_name: str, last_name: str) -> bool:
    """Whether both names are Han, Hangul or Kana, where the family name comes first and no space follows it."""
    return bool(_EAST_ASIAN.fullmatch(first_name) and _EAST_ASIAN.fullmatch(last_name))


def full_name(first_name: str, last_name: str) -> str:
    """Return the name to show: "Ana Soto", or "李娜" for the first name 娜 and last name 李. Both may be blank."""
    if is_family_first(first_name, last_name):
        return last_name + first_name
    return f"{first_name} {last_name}".strip()


def short_name(first_name: str, last_name: str) -> str:
    """Return the name to greet a person by: the first name, or the only one they have. Family-first names are whole."""
    return full_name(first_name, last_name) if is_family_first(first_name, last_name) else first_name or last_name
