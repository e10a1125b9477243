"""Read settings from environment variables, with clear errors for missing and malformed values."""

import os
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}


def text(name: str, default: str = "") -> str:
    """Return the value without surrounding whitespace, or `default` if the variable is unset or blank."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool = False) -> bool:
    """Return True for 1, true, yes and on in any case, or `default` if the variable is unset or blank."""
    value = text(name)
    return value.lower() in TRUE if value else default


def number(name: str, default: int) -> int:
    """Return the value as a whole number. Raise ImproperlyConfigured if it is not one."""
    value = text(name)
    try:
        return int(value) if value else default
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None


def items(name: str) -> list[str]:
    """Return the items of a comma-separated list, without empty ones."""
    return [part.strip() for part in text(name).split(",") if part.strip()]


def require(*names: str) -> None:
    """Raise ImproperlyConfigured with every one of `names` that is unset or blank.

    "A|B" requires one of the two.
    """
    missing = [name.replace("|", " or ") for name in names if not any(map(text, name.split("|")))]
    if missing:
        raise ImproperlyConfigured(
            "TeamAdmin can't start in production without: "
            + ", ".join(missing)
            + ". Set them in the environment. docs/operating.md explains each one."
        )


def secret_key(name: str) -> str:
    """Return the value. Raise ImproperlyConfigured if it is short enough to guess."""
    if len(text(name)) < 32:
        raise ImproperlyConfigured(f"{name} must have at least 32 random characters, preferably 50.")
    return text(name)


def keys(name: str) -> list[str]:
    """Return the keys of a comma-separated list. Raise ImproperlyConfigured if one is short enough to guess."""
    if any(len(key) < 32 for key in items(name)):
        raise ImproperlyConfigured(f"Each key in {name} must have at least 32 random characters, preferably 50.")
    return items(name)


def cookie_name(name: str, default: str) -> str:
    """Return the value. Raise ImproperlyConfigured if it can't be part of a cookie's name."""
    value = text(name, default)
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,60}", value):
        raise ImproperlyConfigured(f"{name} must have 1 to 60 letters, digits, hyphens and underscores, not {value!r}.")
    return value


def base_url(name: str, default: str) -> str:
    """Return the scheme and host of this installation, without a path. Links in emails start with it."""
    value = text(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query or parts.username:
        raise ImproperlyConfigured(f"{name} must look like https://people.example.com, not {value!r}.")
    return value


@dataclass(frozen=True)
class Smtp:
    """A mail server. `tls` means STARTTLS, `ssl` means TLS from the first byte."""

    host: str = "localhost"
    port: int = 25
    user: str = ""
    password: str = ""
    tls: bool = False
    ssl: bool = False


def smtp(name: str) -> Smtp:
    """Parse smtp://user:password@host:port?tls=1 or smtps://..., with user and password percent-encoded.

    Errors never contain the value, because it contains a password.
    """
    if not text(name):
        return Smtp()
    try:
        parts = urlsplit(text(name))
        port, tls = parts.port, parse_qs(parts.query).get("tls", [""])[0].lower() in TRUE
    except ValueError:
        parts, port, tls = urlsplit(""), None, False
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ImproperlyConfigured(f"{name} must look like smtp://user:password@mail.example.com:587?tls=1.")
    ssl = parts.scheme == "smtps"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Smtp(parts.hostname, port or (465 if ssl else 587 if tls else 25), user, password, tls and not ssl, ssl)


def prefixed(prefix: str) -> dict[str, str]:
    """Return all variables whose names start with `prefix`, with the prefix removed."""
    return {name.removeprefix(prefix): value for name, value in os.environ.items() if name.startswith(prefix)}
