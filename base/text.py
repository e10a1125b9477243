"""Validate and normalize text, the same way for forms, services, SCIM, API and import."""

import re
import unicodedata
import zlib

import idna
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from base.folding import fold

__all__ = [
    "avatar_color",
    "canonical_domain",
    "canonical_email",
    "clean_line",
    "clean_multiline",
    "fold",
    "initials",
    "name_key",
    "strip_hidden",
]

# RFC 5321, 4.5.3.1: local part 64, path 256 with its angle brackets.
EMAIL_LIMIT, LOCAL_LIMIT = 254, 64
# RFC 5322, 3.2.3 atext, dot-separated. Quoted local parts and SMTPUTF8 are rejected on purpose.
LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
# Characters that show nothing on their own: zero-width space and joiners, word joiner, BOM, soft hyphen.
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
# Directional marks (LRM, RLM, ALM) put punctuation where it belongs in Arabic and Hebrew. They reverse no letters.
MARKS = "\u200e\u200f\u061c"
# Overrides and isolates reverse the text that follows them (Trojan Source, CVE-2021-42574).
REVERSING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
BIDI = set(REVERSING + MARKS)
# What copying a text from elsewhere puts around it: an embedding or isolate with its end.
WRAPPERS = {("\u202a", "\u202c"), ("\u2066", "\u2069"), ("\u2067", "\u2069"), ("\u2068", "\u2069")}
SPACES = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
LINE_BREAKS = "\n\u0085\u2028\u2029"
# A letter in NFC is made of up to four characters, so a longer text is too long in any form. Normalizing takes time
# that grows with the square of the length, for marks that are in no order.
COMPOSED = 4
QUOTED = 20


def _unsafe(char: str, allowed: str) -> bool:
    return char not in allowed and (unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or char in REVERSING)


def _hidden_character(text: str, at: int) -> ValidationError:
    """Return the error that says which character can't be in a text, and where it is."""
    char = text[at]
    before = "".join(each for each in text[:at] if not (_unsafe(each, SPACES) or each in INVISIBLE + MARKS))
    before = " ".join(before.split())
    if len(before) > QUOTED:
        end = before[-QUOTED:]
        before = "…" + (end.partition(" ")[2] or end)
    values = {"char": f"U+{ord(char):04X}", "text": before}
    if not before:
        message = _("Remove the hidden character %(char)s at the start.")
    elif char in LINE_BREAKS:
        message = _("Remove the line break after “%(text)s”.")
    else:
        message = _("Remove the hidden character %(char)s after “%(text)s”.")
    return ValidationError(message % values, code="control")


def _strip(value: str) -> str:
    text = value.strip(SPACES + INVISIBLE)
    return text[1:-1].strip(SPACES + INVISIBLE) if (text[:1], text[-1:]) in WRAPPERS else text


def _limit(text: str, limit: int) -> str:
    if len(text) > limit:
        message = ngettext("Use at most %(limit)s character.", "Use at most %(limit)s characters.", limit)
        raise ValidationError(message % {"limit": f"{limit:,}"}, code="max_length")
    return text


def _clean(value: str, limit: int, *, allowed: str = "") -> str:
    text = _strip(value.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) > limit * COMPOSED:
        _limit(text, limit)
    for at, char in enumerate(text):
        if _unsafe(char, allowed):
            raise _hidden_character(text, at)
    text = _limit(unicodedata.normalize("NFC", text), limit)
    return text if text.strip(SPACES + INVISIBLE + MARKS) else ""


def clean_line(value: str, *, limit: int = 100) -> str:
    """Return a single-line text in NFC, without whitespace and hidden characters at its ends. TAB becomes a space.

    It is "" if nothing in it is visible. Raise ValidationError for control characters, surrogates, bidirectional
    overrides and isolates, and more than `limit` code points.
    """
    return _clean(value.replace("\t", " "), limit)


def clean_multiline(value: str, *, limit: int = 2500) -> str:
    """Return a multi-line text: like clean_line, but LF and TAB are allowed and CRLF counts as one (W-7)."""
    return _clean(value, limit, allowed="\n\t")


def canonical_domain(value: str) -> str:
    """Return an email domain as lower-case punycode (RFC 5891). Raise ValidationError with a message for the field."""
    try:
        domain = idna.encode(value, uts46=True, std3_rules=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        raise ValidationError(_("Check the part after the @, for example name@company.com."), code="domain") from None
    if domain.endswith("."):  # the root, valid in DNS; it would give the same address a second form
        raise ValidationError(_("Check the part after the @, for example name@company.com."), code="domain")
    if "." not in domain or domain.rsplit(".", 1)[1].isdigit():
        raise ValidationError(_("Add the part after the last dot, for example name@company.com."), code="domain")
    return domain


def strip_hidden(value: str) -> str:
    """Return an address without the whitespace and hidden characters at its ends, which come from copying."""
    return value.strip(SPACES + INVISIBLE + MARKS + REVERSING)


def clean_search(value: str, *, limit: int) -> str:
    """Return a search text as one line of at most `limit` characters.

    Format characters, which show nothing, are dropped. Other unprintable characters become spaces; PostgreSQL would
    reject a NUL.
    """
    line = "".join(char if char.isprintable() else "" if unicodedata.category(char) == "Cf" else " " for char in value)
    return " ".join(line.split())[:limit].strip()


def canonical_email(value: str) -> str:
    """Return the canonical form of an email address, which identifies a person.

    Local part and domain are in lower case, the domain as punycode (RFC 5891). `a+tag@x` and `a@x` stay different.
    Whitespace and hidden characters at the ends, which come from copying, are dropped.

    Raise ValidationError with a message for the field: not exactly one @, over 254 or 64 characters, letters that only
    look like ASCII, quoted local parts, domains without a dot, control characters.
    """
    text = strip_hidden(value)
    if len(text) > EMAIL_LIMIT:
        raise ValidationError(_("Use an email address of at most 254 characters."), code="max_length")
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain or "@" in local:
        raise ValidationError(_("Enter an email address like name@company.com."), code="invalid")
    for at, char in enumerate(text):
        if char.isspace():
            raise ValidationError(_("Remove spaces from the email address."), code="invalid")
        if _unsafe(char, "") or char in INVISIBLE + MARKS:
            raise _hidden_character(text, at)
    if len(local) > LOCAL_LIMIT:
        raise ValidationError(_("Use at most 64 characters before the @."), code="max_length")
    if not local.isascii():
        raise ValidationError(_("Use plain letters a to z before the @."), code="invalid")
    if not LOCAL.fullmatch(local):
        raise ValidationError(_("Check the part before the @, for example name@company.com."), code="invalid")
    canonical = f"{local.lower()}@{canonical_domain(domain)}"
    if len(canonical) > EMAIL_LIMIT:
        raise ValidationError(_("Use an email address of at most 254 characters."), code="max_length")
    return canonical


def initials(name: str) -> str:
    """Return one or two letters for a name: "Ana María Soto" gives AS, an email address its first letter."""
    words = [word.lstrip(MARKS + INVISIBLE) for word in re.split(r"[\s@]+", name)]
    words = [word for word in words if word[:1].isalnum()]
    letters = [words[0][0], words[-1][0]] if len(words) > 1 and "@" not in name else [word[0] for word in words[:1]]
    return "".join(letters).upper() or "?"


def avatar_color(key: object) -> int:
    """Return one of eight avatar colours (0 to 7), always the same for the same key."""
    return zlib.crc32(str(key).encode()) % 8


def name_key(value: str) -> str:
    """Return the form in which group and project names are unique: NFC, without case, whitespace collapsed."""
    return " ".join(unicodedata.normalize("NFC", value).casefold().split())
