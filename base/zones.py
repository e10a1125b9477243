"""Time zones: the names that are accepted, and how a zone is written."""

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

# Zones of the IANA database are named after a city in one of these regions. The others are outdated.
REGIONS = frozenset(
    ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
)
# Old names that browsers still use. Debian has moved them into a package that isn't installed everywhere.
ALIASES = {
    "Africa/Asmera": "Africa/Asmara",
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
    "America/Catamarca": "America/Argentina/Catamarca",
    "America/Coral_Harbour": "America/Atikokan",
    "America/Cordoba": "America/Argentina/Cordoba",
    "America/Godthab": "America/Nuuk",
    "America/Indianapolis": "America/Indiana/Indianapolis",
    "America/Jujuy": "America/Argentina/Jujuy",
    "America/Louisville": "America/Kentucky/Louisville",
    "America/Mendoza": "America/Argentina/Mendoza",
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Asia/Rangoon": "Asia/Yangon",
    "Asia/Saigon": "Asia/Ho_Chi_Minh",
    "Atlantic/Faeroe": "Atlantic/Faroe",
    "Europe/Kiev": "Europe/Kyiv",
    "Pacific/Enderbury": "Pacific/Kanton",
    "Pacific/Ponape": "Pacific/Pohnpei",
    "Pacific/Truk": "Pacific/Chuuk",
}
# Browsers send it in a cookie that static/js/timezone.js sets. It's checked like everything that a browser sends.
COOKIE = "time_zone"


@cache
def zone_names() -> tuple[str, ...]:
    """Return the accepted names, sorted: UTC and "Europe/Lisbon"."""
    names = (name for name in available_timezones() if name == "UTC" or name.partition("/")[0] in REGIONS)
    return tuple(sorted(name for name in names if name not in ALIASES))


@cache
def _names_by_key() -> dict[str, str]:
    """Return the names by what people may type: the name in any case and with spaces, or its city."""
    keys: dict[str, str] = {}
    for name in reversed(zone_names()):
        keys[_key(name.rpartition("/")[2])] = name
    for old, name in ALIASES.items():
        keys |= {_key(old): name, _key(old.rpartition("/")[2]): name}
    return keys | {_key(name): name for name in zone_names()}


def _key(text: str) -> str:
    return " ".join(text.replace("_", " ").casefold().split())


def find_zone_name(text: str) -> str:
    """Return the name of the zone that was typed ("europe/lisbon", "New York"), or "" if there is none."""
    return _names_by_key().get(_key(text), "")


def zone_named(name: str) -> ZoneInfo | None:
    """Return the zone with exactly this name, also an old one. None for any other text."""
    name = ALIASES.get(name, name)
    return ZoneInfo(name) if name in _name_set() else None


@cache
def _name_set() -> frozenset[str]:
    return frozenset(zone_names())


def zone_label(moment: datetime) -> str:
    """Return how the zone of an aware time is written: "CET", or "UTC-03:00" if it has no abbreviation."""
    name = moment.tzname() or ""
    return f"UTC{moment.isoformat()[-6:]}" if name[:1] in ("", "+", "-") else name
