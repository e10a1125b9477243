"""Redis as the cache, with a fallback: everything still works while Redis is down."""

import logging
import time
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

from base.metrics import CACHE_FAILURES

logger = logging.getLogger(__name__)
# After a failure, don't try Redis again for this many seconds. Otherwise every request waits for the timeout.
RETRY_AFTER = 5
_retry_at = 0.0


def _with_fallback(name: str) -> Any:
    """Return the client's method `name`, which uses this process's memory while Redis is down."""
    real = getattr(RedisCacheClient, name)

    def method(self: "FallbackClient", *args: Any) -> Any:
        global _retry_at
        if time.monotonic() >= _retry_at:
            try:
                return real(self, *args)
            except RedisError as error:
                _retry_at = time.monotonic() + RETRY_AFTER
                CACHE_FAILURES.inc()
                logger.error("The cache is down; this process uses its own memory for %s s: %s", RETRY_AFTER, error)
        return getattr(self.local, name)(*args)

    return method


class FallbackClient(RedisCacheClient):
    """A Redis client that counts sign-in attempts per process while Redis is down, instead of failing every sign-in."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        super().__init__(servers, **options)
        self.local = LocMemCache("redis-is-down", {"OPTIONS": {"MAX_ENTRIES": 10000}})

    add, get, set, touch = _with_fallback("add"), _with_fallback("get"), _with_fallback("set"), _with_fallback("touch")
    delete, get_many, has_key = _with_fallback("delete"), _with_fallback("get_many"), _with_fallback("has_key")
    incr, set_many, delete_many = _with_fallback("incr"), _with_fallback("set_many"), _with_fallback("delete_many")
    clear = _with_fallback("clear")


class FallbackRedisCache(RedisCache):
    """Django's Redis cache with FallbackClient."""

    def __init__(self, server: str, params: dict) -> None:
        super().__init__(server, params)
        self._class = FallbackClient
