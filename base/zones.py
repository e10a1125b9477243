"""Time zones: the names that are accepted, and how a zone is written."""

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

# Zones of the IANA database are named after a city in one of these regions. Its other names are old ones.
REGIONS = frozenset(
    ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
)
# Browsers send it in a cookie that static/js/timezone.js sets. It's checked like everything that a browser sends.
COOKIE = "time_zone"


@cache
def zone_names() -> tuple[str, ...]:
    """Return the accepted names, sorted: UTC and "Europe/Lisbon"."""
    names = (name for name in available_timezones() if name == "UTC" or name.partition("/")[0] in REGIONS)
    return tuple(sorted(names))


@cache
def _names_by_key() -> dict[str, str]:
    """Return the names by what people may type: the name in any case and with spaces, or its city."""
    keys: dict[str, str] = {}
    for name in reversed(zone_names()):
        keys[_key(name.rpartition("/")[2])] = name
    return keys | {_key(name): name for name in zone_names()}


def _key(text: str) -> str:
    return " ".join(text.replace("_", " ").casefold().split())


def find_zone_name(text: str) -> str:
    """Return the name of the zone that was typed ("europe/lisbon", "New York"), or "" if there is none."""
    return _names_by_key().get(_key(text), "")


def zone_named(name: str) -> ZoneInfo | None:
    """Return the zone with exactly this name, None for any other text."""
    return ZoneInfo(name) if name in _name_set() else None


@cache
def _name_set() -> frozenset[str]:
    return frozenset(zone_names())


def zone_label(moment: datetime) -> str:
    """Return how the zone of an aware time is written: "CET", or "UTC-03:00" where it has no abbreviation."""
    name = moment.tzname() or ""
    return f"UTC{moment.isoformat()[-6:]}" if name[:1] in ("", "+", "-") else name
