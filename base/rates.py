"""Counters per time window, for rate limits."""

import time

from django.core.cache import cache


def count_in_window(name: str, seconds: int) -> tuple[int, int]:
    """Add one to `name`. Return the count in this window, and the seconds until the next window.

    A window takes so many seconds. If the cache lost the count a moment ago, it starts again at 1.
    """
    now = time.time()
    window = int(now // seconds)
    key = f"{name}:{window}"
    cache.add(key, 0, seconds * 2)
    try:
        count = cache.incr(key)
    except ValueError:
        count = 1
    return count, max(1, int((window + 1) * seconds - now + 1))
