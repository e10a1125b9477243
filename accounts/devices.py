"""Describe the browser and operating system named in a User-Agent header."""

from django.utils.translation import gettext as _

# The first match counts, because most browsers also name the browsers they are derived from.
BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl"),
)  # fmt: skip
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"), ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def _first_match(table: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for token, name in table if token in user_agent), "")


def describe_device(user_agent: str) -> str:
    """Return "Firefox on macOS", or as much of it as the header contains. It can be forged."""
    browser, system = _first_match(BROWSERS, user_agent), _first_match(SYSTEMS, user_agent)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown device")


def is_phone(user_agent: str) -> bool:
    """Return whether the header names a phone or tablet."""
    return any(token in user_agent for token in ("iPhone", "iPad", "Android"))
