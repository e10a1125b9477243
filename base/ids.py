"""Ids that sort by creation time and can't be guessed."""

import secrets
import time
import uuid


def uuid7() -> uuid.UUID:
    """Return a version 7 UUID (RFC 9562, 5.7): 48 bits of Unix time in milliseconds, 12 bits of the fraction of a
    millisecond (6.2, method 3), 62 random bits.

    The time comes first, so that a million inserts write to the right edge of an index instead of all over it. The
    fraction keeps rows that one loop creates in their order.
    """
    milliseconds, nanoseconds = divmod(time.time_ns(), 1_000_000)
    fraction = (nanoseconds << 12) // 1_000_000
    value = (milliseconds & (1 << 48) - 1) << 80 | 0x7 << 76 | fraction << 64 | 0x2 << 62 | secrets.randbits(62)
    return uuid.UUID(int=value)


def parse_uuid(value: str) -> uuid.UUID | None:
    """Return the UUID in a URL or form value, or None if it isn't one."""
    try:
        return uuid.UUID(value)
    except ValueError:
        return None
