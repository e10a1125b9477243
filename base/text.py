"""Validate and normalize text, the same way for forms, services, SCIM, API and import."""

import re
import unicodedata
import zlib

import idna
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

# RFC 5321, 4.5.3.1: local part 64, path 256 with its angle brackets.
EMAIL_LIMIT, LOCAL_LIMIT = 254, 64
# RFC 5322, 3.2.3 atext, dot-separated. Quoted local parts and SMTPUTF8 are rejected on purpose.
LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
# Characters that show nothing on their own: zero-width space and joiners, word joiner, BOM, soft hyphen.
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
# Bidirectional controls reverse the text that follows them (Trojan Source, CVE-2021-42574).
BIDI = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


def _unsafe(char: str, allowed: str) -> bool:
    return char not in allowed and (unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or char in BIDI)


def _clean(value: str, allowed: str) -> str:
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    if any(_unsafe(char, allowed) for char in text):
        raise ValidationError(_("Remove the control characters. They can’t be displayed."), code="control")
    text = unicodedata.normalize("NFC", text).strip()
    return "" if not text.strip(INVISIBLE + " \t\n\u00a0\u3000") else text


def _limit(text: str, limit: int) -> str:
    if len(text) > limit:
        message = ngettext("Use at most %(limit)s character.", "Use at most %(limit)s characters.", limit)
        raise ValidationError(message % {"limit": f"{limit:,}"}, code="max_length")
    return text


def clean_line(value: str, *, limit: int = 100) -> str:
    """Return a single-line text in NFC, without surrounding whitespace; "" if nothing in it is visible.

    Raise ValidationError for control characters, surrogates, bidi controls and more than `limit` code points.
    """
    if len(value) > limit * 20:
        _limit(value, limit)
    return _limit(_clean(value, allowed=""), limit)


def clean_multiline(value: str, *, limit: int = 2500) -> str:
    """Return a multi-line text: like clean_line, but LF and TAB are allowed and CRLF counts as one (W-7)."""
    if len(value) > limit * 20:
        _limit(value, limit)
    return _limit(_clean(value, allowed="\n\t"), limit)


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


def canonical_email(value: str) -> str:
    """Return the canonical form of an email address, which identifies a person.

    Local part and domain are in lower case, the domain as punycode (RFC 5891). `a+tag@x` and `a@x` stay different.

    Raise ValidationError with a message for the field: not exactly one @, over 254 or 64 characters, letters that only
    look like ASCII, quoted local parts, domains without a dot, control characters.
    """
    text = value.strip()
    if len(text) > EMAIL_LIMIT * 4 or len(text) > EMAIL_LIMIT:
        raise ValidationError(_("Use an email address of at most 254 characters."), code="max_length")
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain or "@" in local:
        raise ValidationError(_("Enter an email address like name@company.com."), code="invalid")
    if any(_unsafe(char, "") or char in INVISIBLE or char.isspace() for char in text):
        raise ValidationError(_("Remove spaces and hidden characters from the email address."), code="invalid")
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


def fold(value: str) -> str:
    """Return the form used to search and sort: without case and accents, whitespace collapsed."""
    plain = unicodedata.normalize("NFKD", value)
    plain = "".join(char for char in plain if unicodedata.category(char) != "Mn")
    return " ".join(plain.casefold().split())


def initials(name: str) -> str:
    """Return one or two letters for a name: "Ana María Soto" gives AS, an email address its first letter."""
    words = [word for word in re.split(r"[\s@]+", name) if word and word[0].isalnum()]
    letters = [words[0][0], words[-1][0]] if len(words) > 1 and "@" not in name else [word[0] for word in words[:1]]
    return "".join(letters).upper() or "?"


def avatar_color(key: object) -> int:
    """Return one of eight avatar colours (0 to 7), always the same for the same key."""
    return zlib.crc32(str(key).encode()) % 8


def name_key(value: str) -> str:
    """Return the form in which group and project names are unique: NFC, without case, whitespace collapsed."""
    return " ".join(unicodedata.normalize("NFC", value).casefold().split())
