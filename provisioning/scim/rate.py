"""How many requests a token may send (settings.SCIM_REQUESTS_PER_SECOND), counted in windows of ten seconds."""

import time
from typing import Any

from django.conf import settings
from django.core.cache import cache

WINDOW = 10


def seconds_to_wait(token_id: Any) -> int:
    """Count a request. Return 0 if it's within the limit, else after how many seconds the client may try again."""
    now = time.time()
    window = int(now // WINDOW)
    key = f"scim-rate:{token_id}:{window}"
    cache.add(key, 0, WINDOW * 2)
    try:
        count = cache.incr(key)
    except ValueError:  # the cache lost the key a moment ago
        return 0
    return 0 if count <= settings.SCIM_REQUESTS_PER_SECOND * WINDOW else max(1, int((window + 1) * WINDOW - now + 1))
