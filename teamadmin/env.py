"""Read settings from environment variables, with clear errors for missing and malformed values.

Each variable can also be read from a file: NAME_FILE has its path. Errors contain no value that may be a secret.
"""

import os
import re
from collections.abc import Collection
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from django.utils.encoding import punycode

TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
MAX_FILE_BYTES = 64 * 1024
# Shorter keys, and keys of fewer different characters, can be guessed.
MIN_KEY_LENGTH, MIN_KEY_CHARACTERS = 32, 6
# All variables that were read, and whether they are set or not. teamadmin.checks finds misspelled ones with it.
names_read: set[str] = set()


def verbatim(name: str) -> str:
    """Return the value of the variable, or of the file that NAME_FILE names, or "". Only line breaks at its end go.

    Raise ImproperlyConfigured if both are set, or if the file can't be read or is empty.
    """
    names_read.add(name)
    value, path = os.environ.get(name, ""), os.environ.get(f"{name}_FILE", "").strip()
    if not path:
        return value
    if value.strip():
        raise ImproperlyConfigured(f"Both {name} and {name}_FILE are set. Set only one of them.")
    return read_file(f"{name}_FILE", Path(path))


def read_file(name: str, path: Path) -> str:
    """Return the text of the file that the variable `name` names, without line breaks at its end."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
        value = content.decode("utf-8-sig").rstrip("\r\n")
    except OSError as error:
        raise ImproperlyConfigured(f"{name}: can't read {path} ({error.strerror}).") from None
    except ValueError:
        value = "\0"
    if "\0" in value:
        raise ImproperlyConfigured(f"{name}: {path} isn't text in UTF-8.")
    if not value.strip():
        raise ImproperlyConfigured(f"{name}: {path} is empty.")
    if len(content) > MAX_FILE_BYTES:
        raise ImproperlyConfigured(f"{name}: {path} is larger than {MAX_FILE_BYTES // 1024} KB.")
    return value


def text(name: str, default: str = "") -> str:
    """Return the value without surrounding whitespace, or `default` if the variable is unset or blank."""
    return verbatim(name).strip() or default


def flag(name: str, default: bool = False) -> bool:
    """Return True for 1, true, yes and on in any case, or `default` if the variable is unset or blank.

    Raise ImproperlyConfigured for values that are neither these nor 0, false, no and off.
    """
    value = text(name)
    return parse_flag(name, value) if value else default


def parse_flag(name: str, value: str) -> bool:
    """Return whether `value` is a word for yes. `name` is for the error."""
    if value.lower() in TRUE | FALSE:
        return value.lower() in TRUE
    raise ImproperlyConfigured(f"{name} must be 1 or 0 (or true, false, yes, no, on, off), not {value!r}.")


def number(name: str, default: int, *, least: int = 0, most: int = 2**31 - 1) -> int:
    """Return the value as a whole number. Raise ImproperlyConfigured if it isn't one from `least` to `most`."""
    value = text(name)
    if not value:
        return default
    if not re.fullmatch(r"[+-]?[0-9]{1,20}", value) or not least <= int(value) <= most:
        limits = f"from {least} to {most}" if most < 2**31 - 1 else f"from {least} up"
        raise ImproperlyConfigured(f"{name} must be a whole number {limits}, not {value!r}.")
    return int(value)


def items(name: str) -> list[str]:
    """Return the items of a list that is separated by commas or line breaks, without empty ones."""
    return [part.strip() for part in re.split(r"[,\r\n]", text(name)) if part.strip()]


def choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    """Return the value in upper case. Raise ImproperlyConfigured if it isn't one of the choices."""
    value = text(name, default).upper()
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {text(name)!r}.")
    return value


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
    """Return the value. Raise ImproperlyConfigured if it can be guessed."""
    _require_strong(name, text(name), name)
    return text(name)


def credentials(name: str) -> str:
    """Return "user:password", or "". Raise ImproperlyConfigured if it has another form or can be guessed."""
    value = text(name)
    if value:
        user, _, password = value.partition(":")
        if not user or not password:
            raise ImproperlyConfigured(f"{name} must have the form user:password.")
        _require_strong(name, password, f"The password in {name}")
    return value


def keys(name: str) -> list[str]:
    """Return the keys of a list that is separated by commas or line breaks.

    Raise ImproperlyConfigured if one of them can be guessed.
    """
    for key in items(name):
        _require_strong(name, key, f"Each key in {name}")
    return items(name)


def _require_strong(name: str, key: str, subject: str) -> None:
    if len(key) < MIN_KEY_LENGTH:
        raise ImproperlyConfigured(f"{subject} must have at least 32 random characters, preferably 50.")
    # A text that repeats a part of itself occurs in its double, away from both ends.
    if len(set(key)) < MIN_KEY_CHARACTERS or key in (key + key)[1:-1]:
        raise ImproperlyConfigured(f"{subject} must be random. It repeats the same characters.")


def cookie_name(name: str, default: str) -> str:
    """Return the value. Raise ImproperlyConfigured if it can't be part of a cookie's name."""
    value = text(name, default)
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,60}", value):
        raise ImproperlyConfigured(f"{name} must have 1 to 60 letters, digits, hyphens and underscores, not {value!r}.")
    return value


def base_url(name: str, default: str) -> str:
    """Return the scheme and host of this installation, without a path. Links in emails start with it."""
    value = text(name, default).rstrip("/")
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if (
        not usable
        or parts.path
        or parts.query
        or parts.fragment
        or parts.username is not None
        or re.search(r"\s", value)
    ):
        raise ImproperlyConfigured(f"{name} must look like https://people.example.com, without a user, path or query.")
    return parts._replace(netloc=parts.netloc.lower()).geturl()


def sender(name: str, default: str) -> str:
    """Return the sender of emails, "Name <address>" or an address. Raise ImproperlyConfigured if it isn't one."""
    value = text(name, default)
    found = re.fullmatch(r"(?:[^<>\r\n]*<([^<>\s]+)>|([^<>\s]+))", value)
    try:
        local, _at, domain = (found[1] or found[2] if found else "").rpartition("@")
        validate_email(f"{local}@{punycode(domain)}")
    except (ValidationError, UnicodeError):
        raise ImproperlyConfigured(
            f"{name} must be an email address, such as TeamAdmin <people@example.com>, not {value!r}."
        ) from None
    return value


def networks(name: str) -> list[str]:
    """Return a list of networks and addresses. Raise ImproperlyConfigured if one is neither."""
    for item in items(name):
        try:
            ip_network(item)
        except ValueError as error:
            raise ImproperlyConfigured(f"{name} must list networks such as 10.20.0.0/16. {error}.") from None
    return items(name)


def name_servers(name: str) -> list[str]:
    """Return a list of IP addresses, each with or without a port. Raise ImproperlyConfigured if one is neither."""
    for item in items(name):
        found = re.fullmatch(r"\[([^\]]+)\]:(\d{1,5})|([\d.]+):(\d{1,5})|([^\[\]]+)", item)
        try:
            port = int(found[2] or found[4] or 53) if found else 0
            ip_address(found[1] or found[3] or found[5] if found else "")
            if not 0 < port < 65536:
                raise ValueError
        except ValueError:
            examples = "192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:53"
            raise ImproperlyConfigured(f"{name} must list addresses such as {examples}, not {item!r}.") from None
    return items(name)


def prefixed(prefix: str, flags: Collection[str] = ()) -> dict[str, str | bool]:
    """Return all variables whose names start with `prefix`, with the prefix removed. NAME_FILE gives NAME.

    Those in `flags`, named without the prefix, are True or False. Variables without a value are left out.
    """
    found = {name.removesuffix("_FILE") for name in os.environ if name.startswith(prefix)}
    values: dict[str, str | bool] = {}
    for name in sorted(found):
        key = name.removeprefix(prefix)
        if value := text(name) if key in flags else verbatim(name):
            values[key] = parse_flag(name, value) if key in flags else value
    return values
