"""Redis as the cache, without which everything still works."""

import logging
import time
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
# Seconds without a new try after a failure: a Redis that is away costs one request its timeout, not each of them.
PAUSE = 5
_resume = 0.0


def _steady(name: str) -> Any:
    """The client's method `name`, answered from this process's own memory while Redis is away."""
    real = getattr(RedisCacheClient, name)

    def method(self: "SteadyClient", *args: Any) -> Any:
        global _resume
        if time.monotonic() >= _resume:
            try:
                return real(self, *args)
            except RedisError as error:
                _resume = time.monotonic() + PAUSE
                logger.error("The cache is away, this process uses its own for %s s: %s", PAUSE, error)
        return getattr(self.local, name)(*args)

    return method


class SteadyClient(RedisCacheClient):
    """Counters of sign-in attempts go on by process while Redis is away, rather than failing every sign-in."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        super().__init__(servers, **options)
        self.local = LocMemCache("redis-is-away", {"OPTIONS": {"MAX_ENTRIES": 10000}})

    add, get, set, touch = _steady("add"), _steady("get"), _steady("set"), _steady("touch")
    delete, get_many, has_key = _steady("delete"), _steady("get_many"), _steady("has_key")
    incr, set_many, delete_many = _steady("incr"), _steady("set_many"), _steady("delete_many")
    clear = _steady("clear")


class SteadyRedisCache(RedisCache):
    def __init__(self, server: str, params: dict) -> None:
        super().__init__(server, params)
        self._class = SteadyClient
