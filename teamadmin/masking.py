"""Removing secrets from what leaves the process in logs and traces.

Access to either must not be enough to accept an invitation, reset a password, or call the API. Patterns find secrets by
their form or by what stands before them. The process's own keys and passwords are also found by their value.
"""

import re
from collections.abc import Iterable
from typing import Any

MASK = "..."
# A name with one of these in it says that its value is secret: password=..., 'csrftoken': '...', EMAIL_HOST_PASSWORD.
NAMES = (
    "password", "passwd", "secret", "token", "csrf", "sessionid", "session_key", "session-key", "otp", "api_key",
    "apikey", "api-key", "access_key", "private_key", "code_verifier", "authorization", "cookie", "credential",
    "signature", "samlresponse", "samlrequest", "relaystate",
)  # fmt: skip
# Names that say secret, of values that aren't.
HARMLESS_NAMES = frozenset({"token_id", "access_key_id", "address_hash"})
_NAME = "|".join(NAMES)
_SECRET_NAME = re.compile(_NAME, re.IGNORECASE)
# Each pattern is tried only in texts with one of its words, in lower case: looking for words takes a tenth of the time.
# What a pattern's first group matches is kept.
_PATTERNS = [
    (words, re.compile(pattern, re.IGNORECASE | re.ASCII))
    for words, pattern in [
        # /invitations/<token>/ and other links that are enough to open something. %2F: in the `next` of another URL.
        (
            ("invitations", "setup", "reset", "not-me", "email-change", "confirm-email"),
            r"((?<=[/\\F])(?:invitations|setup|reset(?:[/\\]|%2F)+key|not-me|email-change|confirm-email)(?:[/\\]|%2F)+)"
            r"(?!(?:accept|single-sign-on|sent)(?:[/?\s\"']|$))(?:(?!%2F)[^/\\\s\"'?&<>])+",
        ),
        # postgresql://user:password@host. Such a password may contain any delimiter; one in http may not.
        (("://",), r"(\b(?:postgres|postgresql|redis|rediss|smtp|smtps|amqp|amqps)://)[^\s\"'<>]{0,500}(?=@)"),
        (("http",), r"(\bhttps?://)[^\s\"'<>/?#@]{0,500}(?=@)"),
        # Authorization: Bearer ..., Cookie: ..., and the same in the repr() of a dictionary.
        (("authorization", "cookie"), r"((?:authorization|cookie)[\"']?\s?[:=]\s?(?:b?[\"'])?)[^\"'\r\n]+"),
        (
            ("bearer ", "basic ", "negotiate ", "digest "),
            r"(\b(?:bearer|basic|negotiate|digest) )(?=[^\s\"',]{0,400}[0-9=])[A-Za-z0-9._~+/=:-]{8,}",
        ),
        (("auth ",), r"(\bAUTH (?:PLAIN|LOGIN|XOAUTH2|CRAM-MD5) )[A-Za-z0-9+/=]+"),
        # Access keys, SCIM tokens and webhook secrets. The first eight characters of a key are public.
        (("tap_", "tao_", "tas_", "whsec_"), r"((?<![A-Za-z0-9])(?:tap|tao|tas|whsec)_)[A-Za-z0-9_+/=-]{5,}"),
        # ?code=... and other secrets in a query string.
        (("=",), r"([?&;](?:code|state|key|nonce|id_token_hint)=)[^&\s\"'<>#]+"),
        # teamadmin-session=..., as in a Cookie header.
        (("=",), r"(-(?:session|csrf|browser|invitation|sso|setup|messages)=)[^\s;,\"']+"),
        (NAMES, rf"((?:{_NAME})[A-Za-z0-9_-]{{0,20}}[\"']?\s?[=:]\s?(?:b?[\"'])?)[^\s\"',;&)}}\]>]+"),
        (("code",), r"(\bcode[\"']?\s?[=:]\s?[\"']?)(?:\d{6,8}\b|[A-Za-z0-9_.~-]{16,})"),
    ]
]
# Secrets without a name, tried only in texts with a word this long.
_LONG_WORD = re.compile(r"[A-Za-z0-9_-]{27}")
_LONG = [
    # Signed values (django.core.signing), invitation tokens, JSON web tokens and password reset keys.
    re.compile(r"(:[A-Za-z0-9]{5,7}:)[A-Za-z0-9_-]{27,}"),
    re.compile(r"((?<![0-9a-f])[0-9a-f]{32}\.\d{1,9}\.)[A-Za-z0-9_-]{20,}"),
    re.compile(r"((?<![A-Za-z0-9_-])eyJ)[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?"),
    re.compile(r"((?<![a-z0-9])[a-z0-9]{6,7}-)[0-9a-f]{32}(?![0-9a-f])"),
    # A session id: 32 lower-case letters and digits, and no hexadecimal number.
    re.compile(r"()(?<![A-Za-z0-9_-])(?=[a-z0-9]{0,31}[g-z])(?=[a-z]{0,31}[0-9])[a-z0-9]{32}(?![A-Za-z0-9_-])"),
]
# Shorter passwords are found only where a pattern finds them: "postgres" is also a word.
MIN_LENGTH = 12
_known: set[str] = set()
_known_pattern: re.Pattern[str] | None = None
# A value is cut off where it nests deeper than this or has more items than this.
MAX_DEPTH, MAX_ITEMS = 6, 100
EXACT = 2**53


def add_secrets(values: Iterable[str]) -> None:
    """Mask these values wherever they are, from now on. Ignores those that are too short to be told from words."""
    global _known_pattern
    _known.update(value for value in values if len(value) >= MIN_LENGTH)
    if _known:
        _known_pattern = re.compile("|".join(map(re.escape, sorted(_known, key=len, reverse=True))))


def is_secret_name(name: str) -> bool:
    """Return whether a field, header or setting with this name has a secret as its value."""
    return bool(_SECRET_NAME.search(name)) and name not in HARMLESS_NAMES


def mask_text(text: str) -> str:
    """Return the text with each secret in it replaced by "..."."""
    if len(text) < MIN_LENGTH and text.isalnum():
        return text
    if _known_pattern is not None:
        text = _known_pattern.sub(MASK, text)
    lower = text.lower()
    for words, pattern in _PATTERNS:
        for word in words:
            if word in lower:
                text = pattern.sub(r"\1...", text)
                break
    if _LONG_WORD.search(text):
        for pattern in _LONG:
            text = pattern.sub(r"\1...", text)
    return text


def clip(text: str, limit: int) -> str:
    """Return the masked text with at most `limit` characters of its start and its end, and how long it was.

    A secret on the edge isn't recognized after cutting, so a margin is masked too and dropped.
    """
    if len(text) <= limit:
        return mask_text(text)
    margin, half = 1000, limit // 2
    start, end = mask_text(text[: half + margin]), mask_text(text[-half - margin :])
    return f"{start[:-margin][:half]} [{len(text)} characters] {end[margin:][-half:]}"


def mask(value: Any, limit: int = 16_000, depth: int = 0) -> Any:
    """Return the value as JSON can contain it, without secrets and at most about `limit` characters per text."""
    if value is None or isinstance(value, bool):
        return value
    try:
        return _mask(value, limit, depth)
    except Exception as error:  # an object with methods of its own that fail
        return f"<{type(value).__name__} that raises {type(error).__name__}>"


def _mask(value: Any, limit: int, depth: int) -> Any:
    if isinstance(value, int | float) and -EXACT < value < EXACT:  # also excludes NaN and infinity
        return float(value) if isinstance(value, float) else int(value)
    if isinstance(value, dict | list | tuple | set | frozenset) and depth < MAX_DEPTH:
        return _mask_items(value, limit, depth + 1)
    return clip(safe_text(value, limit), limit)


def _mask_items(value: Any, limit: int, depth: int) -> Any:
    items = list(value.items() if isinstance(value, dict) else value)
    more = [f"{len(items) - MAX_ITEMS} more"] if len(items) > MAX_ITEMS else []
    if not isinstance(value, dict):
        return [mask(each, limit, depth) for each in items[:MAX_ITEMS]] + more
    masked = {}
    for key, each in items[:MAX_ITEMS]:
        name = safe_text(key, limit)
        hidden = is_secret_name(name) and not (each is None or isinstance(each, bool) or each == "")
        masked[clip(name, limit)] = MASK if hidden else mask(each, limit, depth)
    return {**masked, **({"...": more[0]} if more else {})}


def safe_text(value: Any, limit: int = 16_000) -> str:
    """Return str(value), or what it is if that raises. A container is cut off, not followed."""
    if isinstance(value, str):
        return str.__str__(value)
    try:
        if isinstance(value, bytes | bytearray | memoryview):
            return bytes(value[: limit + 1]).decode("utf-8", "backslashreplace")
        return str(value)
    except Exception as error:
        return f"<{type(value).__name__} whose text raises {type(error).__name__}>"
