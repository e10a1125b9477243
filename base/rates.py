"""Counting in windows of time, for limits on requests."""

import time

from django.core.cache import cache


def count_in_window(name: str, seconds: int) -> tuple[int, int]:
    """Count one more of `name`. Return how many there are in this window, and in how many seconds the next one starts.

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
