"""Reading settings from environment variables, with the words for what is missing."""

import os
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}


def text(name: str, default: str = "") -> str:
    """The variable's value without surrounding blanks, or default where unset or blank."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool = False) -> bool:
    """True for 1, true, yes, on in any case; default where unset or blank."""
    value = text(name)
    return value.lower() in TRUE if value else default


def number(name: str, default: int) -> int:
    """The variable as a whole number; ImproperlyConfigured where it is none."""
    value = text(name)
    try:
        return int(value) if value else default
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None


def words(name: str) -> list[str]:
    """A comma-separated list, blanks dropped."""
    return [part.strip() for part in text(name).split(",") if part.strip()]


def require(*names: str) -> None:
    """Raises ImproperlyConfigured naming every one of `names` that is unset or blank.

    "A|B" asks for one of the two.
    """
    missing = [name.replace("|", " or ") for name in names if not any(map(text, name.split("|")))]
    if missing:
        raise ImproperlyConfigured(
            "TeamAdmin does not start in production without: "
            + ", ".join(missing)
            + ". Set them in the environment; docs/operating.md says what each is."
        )


def secret_key(name: str) -> str:
    """The variable's value, which must be of a length that cannot be guessed."""
    if len(text(name)) < 32:
        raise ImproperlyConfigured(f"{name} must have at least 32 characters, better 50, from a random source.")
    return text(name)


def base_url(name: str, default: str) -> str:
    """Scheme and host of this installation, without a path: links in mails begin with it."""
    value = text(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query or parts.username:
        raise ImproperlyConfigured(f"{name} must look like https://people.example.com, not {value!r}.")
    return value


@dataclass(frozen=True)
class Smtp:
    """A mail server; `tls` is STARTTLS, `ssl` TLS from the first byte."""

    host: str = "localhost"
    port: int = 25
    user: str = ""
    password: str = ""
    tls: bool = False
    ssl: bool = False


def smtp(name: str) -> Smtp:
    """smtp://user:password@host:port?tls=1 or smtps://...; user and password percent-encoded where they need it.

    The words of an error never hold the value: it has a password in it.
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
    """All variables whose name begins with `prefix`, without it."""
    return {name.removeprefix(prefix): value for name, value in os.environ.items() if name.startswith(prefix)}
