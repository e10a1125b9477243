"""Ids that sort by creation time and can't be guessed."""

import secrets
import time
import uuid


def uuid7() -> uuid.UUID:
    """Return a version 7 UUID (RFC 9562, 5.7): 48 bits of Unix time in milliseconds, 74 random bits.

    The time comes first, so that a million inserts write to the right edge of an index instead of all over it.
    """
    value = (time.time_ns() // 1_000_000 & (1 << 48) - 1) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


def parse_uuid(value: str) -> uuid.UUID | None:
    """Return the UUID in a URL or form value, or None if it isn't one."""
    try:
        return uuid.UUID(value)
    except ValueError:
        return None
