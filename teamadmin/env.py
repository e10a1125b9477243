"""Reading settings from environment variables, with the words for what is missing."""

import os

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
    """Raises ImproperlyConfigured naming every variable of `names` that is unset or blank."""
    missing = [name for name in names if not text(name)]
    if missing:
        raise ImproperlyConfigured(
            "TeamAdmin does not start in production without: "
            + ", ".join(missing)
            + ". Set them in the environment; docs/operating.md says what each is."
        )
